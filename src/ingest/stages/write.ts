// The last stage: passes finished steps to the output's writer.

import type { OutputWriter } from '../../output/write/writer.js';
import type { FailureReport } from '../failure-report.js';
import type { RunCounts } from '../run-counts.js';
import type { Topic } from '../sample-question.js';
import type { Origin, Step } from './document-steps.js';

export async function write(
  groups: AsyncIterable<Step[]>,
  writer: OutputWriter,
  { counts, report, topic }: { counts: RunCounts; report: FailureReport; topic: Topic },
): Promise<void> {
  let index = 0;
  let failed = 0;
  let origin: Origin | undefined;
  let seen = new Map<string, number>();
  for await (const group of groups) {
    for (const step of group) {
      switch (step.kind) {
        case 'keep':
          counts.chunks += step.rows;
          await writer.keep(step.source, step);
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
          const flushed = writer.row(chunk, step.vector!);
          if (flushed) await flushed;
          break;
        }
        case 'end':
          await writer.end(failed > 0 ? { failed } : undefined);
          break;
        case 'failure':
          if (step.failure.chunk !== undefined && !step.isKnown) {
            step.failure.chunk = index++;
            failed++;
          }
          writer.fail(report.take(step, origin));
          break;
        case 'recordFile':
          writer.recordFile(step);
          break;
      }
    }
  }
}
