// Tells whether a server may work beside the first one of a pool.
import type { Measured } from '../embedders/guard/batch-check.js';
import { compareServers, type SpaceComparison } from '../embedders/guard/compare-spaces.js';
import type { Member } from '../embedders/pool/member.js';

/** A server that was opened. */
export interface OpenedMember {
  member: Member;
  measured: Measured;
}

/** By the vector spaces, and where two APIs are mixed, by the tokens that each takes: texts are cut for the first. */
export function compareMembers(first: OpenedMember, other: OpenedMember): SpaceComparison {
  const most = first.member.embedder.maxTokens;
  const { maxTokens, identity } = other.member.embedder;
  const comparison = compareServers(first.measured.space, other.measured.space);
  if (!comparison.same || identity.embedder === first.member.embedder.identity.embedder) return comparison;
  if (maxTokens >= most) return comparison;
  return {
    same: false,
    reason: `it takes ${maxTokens} tokens a text, the first ${most}: give it a larger context, or set --max-tokens ${maxTokens}`,
  };
}
