// The pages of `embed help TOPIC`.
import { settingsTable } from '../../config/settings.js';
import { exitSection } from './command-page.js';
import type { Page, Row } from './page.js';
import { allVariables } from './variables.js';

export interface Topic {
  name: string;
  /** In the list of topics. */
  summary: string;
  page(): Page | Promise<Page>;
}

export const topics: readonly Topic[] = [
  { name: 'environment', summary: 'variables that are read', page: environmentPage },
  { name: 'exit-codes', summary: 'what a status says, and what to do', page: exitCodesPage },
  { name: 'formats', summary: 'files that are read, by their endings', page: formatsPage },
  { name: 'output', summary: 'files that an ingest writes', page: outputPage },
  { name: 'config', summary: 'configuration files and their keys', page: configPage },
  { name: 'topics', summary: 'the list of these pages', page: topicsPage },
];

const programVariables: readonly Row[] = [
  { term: 'EMBED_DEBUG', text: 'tell on standard error what these parts do: cache,embedder; * for all' },
  { term: 'NO_COLOR', text: 'no colours' },
  { term: 'FORCE_COLOR', text: 'colours without a terminal, too' },
  { term: 'COLUMNS', text: 'how wide lines are without a terminal' },
  { term: 'CI', text: 'lines in place of a bar' },
  { term: 'XDG_CONFIG_HOME', text: 'where your own settings are, in embed/config.yaml' },
  { term: 'XDG_STATE_HOME', text: 'where notes on each run are, in embed' },
  { term: 'XDG_CACHE_HOME', text: 'where the disk cache is, in embed/vectors' },
  { term: 'NODE_EXTRA_CA_CERTS', text: 'file with certificates of your own authority' },
];

function environmentPage(): Page {
  return {
    name: 'embed help environment',
    summary: 'variables that are read',
    sections: [
      {
        body: ['A flag wins over its variable, and that over the configuration file. An empty one is unset.'],
      },
      { title: 'Settings and flags', body: [{ rows: allVariables() }] },
      { title: 'The program', body: [{ rows: programVariables }] },
    ],
  };
}

function topicsPage(): Page {
  const rows = topics.map(({ name, summary }) => ({ term: `embed help ${name}`, text: summary }));
  return {
    name: 'embed help topics',
    summary: 'the list of these pages',
    sections: [
      { title: 'Topics', body: [{ rows }] },
      { body: ['embed help COMMAND tells all of a command.'] },
    ],
  };
}

function exitCodesPage(): Page {
  const { title, body } = exitSection({
    done: 'all is done, or there was nothing to do',
    unexpected:
      'a fault of the program, which prints where; of `embed doctor`: a check failed; of `embed bench --baseline`: a speed fell',
    usage: "a flag, a path or a setting is wrong, or the output can't be written; the message says which",
    someFailed:
      'finished, but some documents failed: failures.jsonl in the output lists them, and the next run tries again what may pass',
    service:
      "a server, a cache or a database that was named can't be reached, or lacks the model: `embed doctor`",
    output:
      'the output is of another vector space (--rebuild makes it again), damaged, or made by a newer version',
    locked: 'another run holds the lock: --wait waits for it',
    stopped: 'stopped by a signal (129 and 143 likewise); what was embedded is kept, the next run goes on',
  });
  return {
    name: 'embed help exit-codes',
    summary: 'what a status says, and what to do',
    sections: [
      { ...(title !== undefined && { title }), body },
      {
        body: [
          'With --json, the object on standard output has the same as error.exit, with a stable error.code.',
        ],
      },
    ],
  };
}

async function formatsPage(): Promise<Page> {
  // All readers are loaded with it.
  const { listFormats } = await import('../../commands/formats.js');
  const rows = listFormats().map(({ title, extensions, names }) => ({
    term: title,
    text: [...extensions, ...names].join(' '),
  }));
  return {
    name: 'embed help formats',
    summary: 'files that are read, by their endings',
    sections: [
      { title: 'Formats', body: [{ rows }] },
      {
        body: [
          'Other files are read as plain text when their content is text, and left out when it is not. `embed formats` also says what is kept of each, `embed chunks FILE` what becomes of one file.',
        ],
      },
    ],
  };
}

function outputPage(): Page {
  return {
    name: 'embed help output',
    summary: 'files that an ingest writes',
    sections: [
      {
        title: 'Files in the output folder',
        body: [
          {
            rows: [
              { term: 'chunks.jsonl', text: 'one line for each row: id, text, embedding, metadata' },
              {
                term: 'vectors.npy',
                text: 'float32, shape (rows, dimensions), of length 1; row i is that of line i',
              },
              { term: 'rows.sum', text: 'sums, by which `embed verify` notices every changed byte' },
              { term: 'manifest.json', text: 'documents with their hashes, and the vector space' },
              { term: 'failures.jsonl', text: 'documents that failed; absent when there are none' },
            ],
          },
        ],
      },
      {
        title: 'In metadata',
        body: [
          {
            rows: [
              { term: 'source', text: 'path from the folder that holds the output; file#id for a record' },
              { term: 'chunk', text: 'number of the chunk in its document, from 0 on' },
              { term: 'start, end', text: 'its place in the extracted text, in UTF-16 units' },
              { term: 'line, page', text: 'where it stands in the file' },
              { term: 'heading', text: 'titles above it, from the outside in' },
              { term: 'context', text: 'what was embedded before the text: the header row of a table' },
              { term: 'hash, tokens', text: 'SHA-256 of the text, and its length' },
            ],
          },
        ],
      },
      { title: 'In Python', body: [{ lines: ['vectors = numpy.load("embeddings/vectors.npy")'] }] },
    ],
  };
}

function configPage(): Page {
  const rows = settingsTable.map(({ key, help }) => ({ term: key, text: help }));
  return {
    name: 'embed help config',
    summary: 'configuration files and their keys',
    sections: [
      {
        body: [
          'Flags win over the environment, that over a configuration file, that over ~/.config/embed/config.yaml, that over the defaults. `embed config` prints what is in force, and where each value comes from.',
          'The file is .batchrc (YAML or JSON), .batchrc.json, .batchrc.yaml, or "batch" in package.json, in the working folder or one above it, up to the top of the repository; --config names another. It is data: nothing in it is run.',
        ],
      },
      { title: 'Example', body: [{ lines: ['out: ./index', 'model: bge-m3', 'exclude: [drafts/**]'] }] },
      { title: 'Keys', body: [{ rows }] },
    ],
  };
}
