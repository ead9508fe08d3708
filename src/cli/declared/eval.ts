// `embed eval`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags, proxyFlags, rerankFlags } from './shared-flags.js';

export const evaluation = {
  name: 'eval',
  summary: 'measure how often a search finds the answers that you know of',
  alike: ['evaluate', 'recall', 'quality', 'score'],
  arguments: [
    {
      name: 'questions',
      kind: 'path',
      help: 'a line of JSON each: {"question": "…", "source": "docs/page.md", "passage": "words of the answer"}',
    },
  ],
  flags: [
    'hybrid',
    'words',
    'vectors',
    'in',
    'against',
    'minHit3',
    'draft',
    'report',
    'source',
    'where',
    ...rerankFlags,
    'json',
    'config',
    'out',
    'index',
    ...embedderFlags,
    ...proxyFlags,
    'dimensions',
    'batchTimeout',
    'maxRetries',
  ],
  about: `\
hit@1, hit@3 and hit@10 are the shares of questions that one of the first 1, 3 and 10 results answers, MRR is the
mean of 1 / place of the first answer, nDCG that of 1 / log2(1 + place). A result answers when its document is
"source" (or ends with it) and its text holds the words of "passage" in their order; one of the two is enough.
In brackets: 95 % intervals, by resampling the questions. --against asks another output the same, and says whether
this one is better, worse, not different, or whether the questions are too few to tell.`,
  examples: [
    { line: 'embed eval questions.jsonl' },
    {
      line: 'embed eval --draft 50 > questions.jsonl',
      what: 'questions to begin with: put them into your own words',
    },
    { line: 'embed eval questions.jsonl --against ./old-index --report eval.html' },
    { line: 'embed eval questions.jsonl --min-hit3 0.8', what: 'for CI: exits with 1 below that' },
  ],
  exits: {
    done: true,
    unexpected: 'an unexpected error, or hit@3 is below --min-hit3',
    usage: true,
    service: true,
    output: true,
    stopped: true,
  },
} as const satisfies CommandDeclaration;
