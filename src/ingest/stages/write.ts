// The last stage: passes finished steps to the output's writer.

import { readAgainHash } from '../../output/format/manifest.js';
import type { OutputWriter } from '../../output/write/writer.js';
import type { FailureReport } from '../failure-report.js';
import type { LanguageSample } from '../language-sample.js';
import type { RunCounts } from '../run-counts.js';
import type { Topic } from '../sample-question.js';
import type { Origin, RecordFileStep, Step } from './document-steps.js';

/** What is told of what is written. */
export interface WriteOptions {
  counts: RunCounts;
  report: FailureReport;
  topic: Topic;
  languages: LanguageSample;
}

export async function write(
  groups: AsyncIterable<Step[]>,
  writer: OutputWriter,
  { counts, report, topic, languages }: WriteOptions,
): Promise<void> {
  let index = 0;
  let failed = 0;
  let origin: Origin | undefined;
  let seen = new Map<string, number>();
  const recordFiles: RecordFileStep[] = [];
  /** Files of records of which some were given up, each with how many of these are new. */
  const lacking = new Map<string, number>();
  for await (const group of groups) {
    for (const step of group) {
      switch (step.kind) {
        case 'keep':
          counts.chunks += step.rows;
          if (step.renamed === undefined) await writer.keep(step.source, step);
          else await writer.rename(step.renamed.from, { ...step, root: step.renamed.root }, step);
          break;
        case 'begin':
          index = failed = 0;
          origin = step.origin;
          seen = new Map();
          await writer.begin({
            source: step.source,
            root: step.root,
            hash: step.hash,
            recordOf: step.recordOf,
          });
          break;
        case 'row': {
          // Chunks are numbered here, since one that was too long for the server became two on the way.
          const { chunk } = step;
          const occurrence = seen.get(chunk.hash) ?? 0;
          seen.set(chunk.hash, occurrence + 1);
          chunk.index = index++;
          chunk.occurrence = occurrence;
          counts.chunks++;
          counts.rowsWritten++;
          topic.offer(chunk.heading);
          languages.offer(chunk);
          const flushed = writer.row(chunk, step.vector!);
          if (flushed) await flushed;
          break;
        }
        case 'end':
          await writer.end(failed > 0 ? { failed } : undefined);
          break;
        case 'abandon':
          if (step.isBegun) {
            counts.chunks -= index;
            counts.rowsWritten -= index;
            await writer.abandon();
          }
          if (step.recordOf !== undefined) {
            lacking.set(step.recordOf, (lacking.get(step.recordOf) ?? 0) + (step.isNew ? 1 : 0));
          }
          break;
        case 'cut':
          throw new Error('expected whole documents');
        case 'failure':
          if (step.failure.chunk !== undefined && !step.isKnown) {
            step.failure.chunk = index++;
            failed++;
          }
          writer.fail(report.take(step, origin));
          break;
        case 'recordFile':
          recordFiles.push(step);
          break;
      }
    }
  }
  for (const { source, hash, documents, root } of recordFiles) {
    const missing = lacking.get(source);
    if (missing === undefined) writer.recordFile({ source, root, hash, documents });
    else writer.recordFile({ source, root, hash: readAgainHash, documents: documents - missing });
  }
}
