// What a question is made of: each is of one kind, by its words.

const isCode = ({ question }) => /^[0-9A-Z]{5}$|\bE[A-Z]{3,}\b|\bERR_|error code/.test(question);
const isVersion = ({ question }) => /\b\d+\.\d+/.test(question);

/** Name of a kind → whether a question is of it. */
export const kindsOf = {
  'error codes': (one) => one.kind === 'name' && isCode(one),
  versions: (one) => !isCode(one) && isVersion(one),
  'other names': (one) => one.kind === 'name' && !isCode(one) && !isVersion(one),
  paraphrases: (one) => one.kind === 'prose' && !isVersion(one),
};
