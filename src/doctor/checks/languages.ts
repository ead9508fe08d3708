// Checks whether the rows of an index are in a language that the built-in embedder knows.
import { languageJudge, multilingualModel, ofChunks } from '../../embedders/builtin/english.js';
import { textOfLine } from '../../output/format/chunk-line.js';
import { openOutput } from '../../output/read/output.js';
import { command } from '../../text/plural.js';
import type { Finding } from '../check.js';

/** Documents of which a row is judged, as many as that takes some tenths of a second. */
const judgedDocuments = 200;

/** @param out the output's folder, of vectors of the built-in embedder */
export async function languagesOf(out: string, signal: AbortSignal): Promise<Finding> {
  const output = await openOutput(out, { sums: false, signal });
  const documents = output?.documents().filter(({ rows }) => rows > 0) ?? [];
  try {
    const judge = await languageJudge();
    const step = Math.max(1, documents.length / judgedDocuments);
    let judged = 0;
    let foreign = 0;
    for (let at = 0; at < documents.length; at += step) {
      signal.throwIfAborted();
      const { firstRow, rows } = documents[Math.floor(at)]!;
      // The first row of a document is often its title.
      const line = await output!.line(firstRow + (rows >> 1));
      judged++;
      if (judge.isForeign(textOfLine(line) ?? '', ofChunks)) foreign++;
    }
    if (foreign * 10 <= judged) return { status: 'ok', seen: 'English, which the built-in embedder knows' };
    return {
      status: 'warning',
      seen: `${foreign} of ${judged} documents that were looked at aren't English, and the built-in embedder knows English alone`,
      mend: command`embed ingest <paths> --out ${out} --model ${multilingualModel} --pull --rebuild`,
    };
  } finally {
    await output?.close();
  }
}
