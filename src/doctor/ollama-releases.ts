// Compares versions, and lists the releases of Ollama with faulty embeddings. Each row names the report; `until` is the
// last release on which the fault was seen, `before` the one that fixed it.
import semver, { type SemVer } from 'semver';

interface Row {
  from: string;
  /** First release without the fault. */
  before?: string;
  /** Last release on which the fault was seen, when no release without it is known. */
  until?: string;
  /** The affected models; all when absent. */
  model?: RegExp;
  fault: string;
  source: string;
}

const rows: readonly Row[] = [
  {
    // A server that was built from source reports 0.0.0.
    from: '0.0.1',
    before: '0.3.4',
    fault: 'has no /api/embed',
    source: 'github.com/ollama/ollama/issues/6730: introduced in 0.3.4',
  },
  {
    from: '0.4.0',
    before: '0.4.1',
    fault: 'fails in the middle of larger batches with status 500',
    source: 'github.com/ollama/ollama/issues/7578, /7555: seen on 0.4.0, not on 0.3.13',
  },
  {
    from: '0.7.0',
    until: '0.7.0',
    model: /arctic-embed2/,
    fault: 'crashes when it loads this model',
    source: 'github.com/ollama/ollama/issues/10685: seen on 0.7.0-rc0, not on 0.6.9',
  },
  {
    from: '0.11.5',
    until: '0.11.11',
    model: /qwen3-embedding/,
    fault: 'crashes with this model',
    source: 'github.com/ollama/ollama/issues/12014 "starting from 0.11.5", /12304 (written there as 0.1.11)',
  },
  {
    from: '0.12.5',
    before: '0.12.6',
    model: /qwen3-embedding|nomic-embed-text/,
    fault: 'gives zero or infinite vectors, or status 500, now and then',
    source: 'github.com/ollama/ollama/issues/12585, /12633: gone in 0.12.6',
  },
  {
    from: '0.12.6',
    until: '0.23.0',
    model: /bge-m3/,
    fault: 'gives NaN for some texts on GPUs',
    source:
      'github.com/ollama/ollama/issues/12585, /12938 (0.12.9), /13572 (0.13.5), /14657 (0.17.6), /15582 (0.23.0)',
  },
  {
    from: '0.13.1',
    before: '0.30.0',
    model: /nomic-embed-text/,
    fault: 'gives all words in capitals the same vector',
    source:
      'github.com/ollama/ollama/issues/13942: right in 0.13.0 and 0.30.0, wrong in 0.13.1, 0.17.6, 0.18.0',
  },
  {
    from: '0.13.2',
    before: '0.13.3',
    model: /nomic-embed-text/,
    fault: 'fails on texts over 1 kB',
    source: 'github.com/ollama/ollama/issues/13421: seen on 0.13.2, mended by /pull/13429',
  },
  {
    from: '0.30.0',
    until: '0.31.2',
    model: /qwen3-embedding/,
    fault: 'crashes on texts over 2,048 tokens',
    source: 'github.com/ollama/ollama/issues/16582 (0.30.6, not 0.24.0), /pull/16687 (0.31.2)',
  },
  {
    from: '0.32.5',
    until: '0.32.5',
    model: /qwen3-embedding/,
    fault: 'crashes after some thousand texts on Apple Silicon',
    source: 'github.com/ollama/ollama/issues/17509',
  },
];

/** Known faults of a release of Ollama with a model, as phrases that follow its version. */
export function knownFaults(version: string, model: string): string[] {
  return rows
    .filter(
      (row) =>
        compareVersions(version, row.from) >= 0 &&
        (row.before === undefined || compareVersions(version, row.before) < 0) &&
        (row.until === undefined || compareVersions(version, row.until) <= 0) &&
        (row.model?.test(model.toLowerCase()) ?? true),
    )
    .map((row) => row.fault);
}

/** Negative, zero or positive, by the first three numbers; other parts (`>=`, `v`, `-rc0`) don't count. */
export function compareVersions(a: string, b: string): number {
  return semver.compare(numbersOf(a), numbersOf(b));
}

function numbersOf(version: string): SemVer | string {
  return semver.coerce(version) ?? '0.0.0';
}
