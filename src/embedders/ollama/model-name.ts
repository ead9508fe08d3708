// Names of models, and digests of their weights. Ollama fills in the parts of a name that a user leaves out.
import { command } from '../../text/plural.js';

export function canonicalName(name: string): string {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?library\//, '');
  return short === withoutTag(short) ? `${short}:latest` : short;
}

/** A digest as lower-case hex; servers write it in several forms. */
export function plainDigest(digest: string): string {
  return digest.toLowerCase().replace(/^sha256:/, '');
}

/** `hf.co/org/name:tag` → `hf.co/org/name`; a colon before a slash belongs to a port. */
export function withoutTag(name: string): string {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** The command that pulls a model, safe to copy into a shell: the name may come from a stranger. */
export function pullCommand(model: string): string {
  return command`ollama pull ${model}`;
}
