// What was found, each kind of it once, printed at once as one line.
export class Findings {
  #seen = new Map();

  get size() {
    return this.#seen.size;
  }

  hasNew(found) {
    return found.some((one) => !this.#seen.has(keyOf(one)));
  }

  add(found, seed) {
    for (const one of found) {
      const key = keyOf(one);
      const times = this.#seen.get(key) ?? 0;
      this.#seen.set(key, times + 1);
      if (times === 0)
        console.log(`${one.oracle}  --kind ${one.kind} --case ${seed}  [${one.subject}]  ${shown(one)}`);
    }
  }
}

function keyOf({ kind, subject, oracle }) {
  return `${kind}/${subject}/${oracle}`;
}

/** Commands hold what the case made up: escaped, and cut. */
function shown({ command, what }) {
  const line = JSON.stringify(command).slice(1, -1);
  return `${line.length > 120 ? `${line.slice(0, 117)}…` : line}: ${escaped(what)}`;
}

function escaped(text) {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (one) => `\\u${one.codePointAt(0).toString(16).padStart(4, '0')}`,
  );
}
