// What a notice or a warning is about, for programs: its words may change, its code doesn't.

/** The code of a notice or a warning, which stays as it is; docs/json.md says what each is about. */
export type NoticeCode =
  | 'address-from-file'
  | 'as-made'
  | 'batch-changes-vectors'
  | 'builtin-kept'
  | 'builtin-used'
  | 'cache-damaged'
  | 'cache-fails'
  | 'cache-full'
  | 'cache-unavailable'
  | 'destination-note'
  | 'destination-retried'
  | 'gitignore-unheeded'
  | 'index-before-used'
  | 'index-not-usable'
  | 'journal-unused'
  | 'large-lines'
  | 'log-lines-dropped'
  | 'making-words'
  | 'model-back'
  | 'model-changed'
  | 'model-not-open'
  | 'model-refused'
  | 'names-not-found'
  | 'failed-left-out'
  | 'no-source-fits'
  | 'no-index-yet'
  | 'other-language'
  | 'patterns-unused'
  | 'queue-may-drop'
  | 'rebuild-given-up'
  | 'rerank-failed'
  | 'run-left'
  | 'second-index'
  | 'server-answers'
  | 'server-back'
  | 'server-left-out'
  | 'texts-go-to'
  | 'too-many-connections'
  | 'waiting-for-lock'
  | 'waiting-for-server'
  | 'worker-goes-on'
  | 'worker-rests';

/** Each code, with what it is about, as docs/json.md tells it. */
export const noticeCodes: Readonly<Record<NoticeCode, string>> = {
  'address-from-file':
    "the folder's configuration file names the server, or the database, on another machine; printed once for each file and address",
  'as-made': 'the servers that made the index are asked again, or the run goes on as it began',
  'batch-changes-vectors': 'a server gives other vectors in a batch than alone: texts are sent one by one',
  'builtin-kept': 'the output was made with the built-in embedder, so this run uses it, too',
  'builtin-used': 'no Ollama was found: the built-in embedder is used',
  'cache-damaged': 'the cache is damaged, or holds damaged vectors: they are embedded again',
  'cache-fails': 'the cache can no longer be read or written: the run goes on without it',
  'cache-full': 'the cache stores no new vectors any more',
  'cache-unavailable': "the cache can't be used from the start on",
  'destination-note': 'a destination says something of itself, such as an index that could not be made',
  'destination-retried': 'a destination failed for a moment, and is tried again',
  'gitignore-unheeded':
    'a file is taken although a `.gitignore` above the named paths names it, as there is no git repository',
  'index-before-used': "a new index can't be used: answers are of the one before",
  'index-not-usable': 'an index that is asked is damaged, or of a newer version',
  'journal-unused': 'what an interrupted run embedded with another model, or in other chunks, is not used',
  'large-lines': '`chunks.jsonl` grew large with vectors in it',
  'log-lines-dropped': 'lines of the log were not read in time',
  'making-words': 'the index of words is made, which takes a moment once',
  'model-back': 'the servers give matching vectors for a model again',
  'model-changed': 'the server has another version of a model now',
  'model-not-open': 'a model is not open yet',
  'model-refused': 'no vectors of a model are given',
  'names-not-found': 'no text holds a name of the question',
  'failed-left-out': 'documents that failed are not in the index that was searched',
  'no-source-fits': 'no document of the index fits --source',
  'no-index-yet': 'a folder that is asked has no index yet',
  'other-language': 'chunks or a question are not English, and the built-in embedder knows English alone',
  'patterns-unused':
    '`include` or `exclude` of a settings file does not count, as others were typed, or the run stands elsewhere',
  'queue-may-drop': 'the Redis of the queue may drop batches',
  'rebuild-given-up': 'a rebuild was interrupted, and this run, which is none, drops what it had embedded',
  'rerank-failed': 'results stay in their order, as the reranker failed',
  'run-left': 'a run of this output is under way, or left something to go on with',
  'second-index': 'a run makes an index in a folder below another index, which lacks what is named',
  'server-answers': 'a server answers again, or did not come back in time',
  'server-back': 'a server takes part again',
  'server-left-out': 'the run goes on without a server',
  'texts-go-to': 'which OpenAI-compatible servers get the texts',
  'too-many-connections': 'further connections are closed at once',
  'waiting-for-lock': 'another run works on the output, and is waited for',
  'waiting-for-server': 'a server that is down is waited for',
  'worker-goes-on': 'a worker takes batches again',
  'worker-rests': 'a worker takes no batches until its server is back',
};
