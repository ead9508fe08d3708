// Patterns → one nondeterministic automaton. Its size is that of the patterns, and every character of a name is tested
// once in each state. It never goes back, so no name can make it slow, as it can with a regular expression.
import type { CharClass } from './classes.js';
import type { Token } from './tokens.js';

/** What an edge matches: one code unit, a class, anything but a slash, or anything. */
export type Test = number | CharClass | 'name' | 'all';

export interface Edge {
  test: Test;
  to: number;
}

/** A state with edges that take a character, and edges that take none. */
export interface NfaState {
  edges: Edge[];
  free: number[];
  /** A wildcard that takes any number of characters, also none. */
  isLoop: boolean;
}

const slashCode = 47;

export class Nfa {
  readonly states: NfaState[] = [{ edges: [], free: [], isLoop: false }];
  readonly accepting = new Set<number>();
  #at = 0;

  /** Adds a pattern. */
  add(tokens: readonly Token[]): void {
    this.#at = this.#jump(0);
    const choices: { start: number; ends: number[] }[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      switch (token.kind) {
        case 'open':
          choices.push({ start: this.#at, ends: [] });
          this.#at = this.#jump(this.#at);
          break;
        case 'comma':
          choices.at(-1)!.ends.push(this.#at);
          this.#at = this.#jump(choices.at(-1)!.start);
          break;
        case 'close': {
          const ends = [...choices.pop()!.ends, this.#at];
          this.#at = this.#state();
          for (const end of ends) this.states[end]!.free.push(this.#at);
          break;
        }
        case 'slash':
          if (isTail(tokens, i)) {
            this.#tail(!isStar(tokens[i - 1]));
            i++;
          } else this.#step(slashCode);
          break;
        case 'globstar':
          i = this.#globstar(tokens, i);
          break;
        default:
          this.#one(token);
      }
    }
    this.accepting.add(this.#at);
  }

  #one(token: Token & { kind: 'char' | 'any' | 'star' | 'class' }): void {
    if (token.kind === 'star') this.#loop('name');
    else if (token.kind === 'any') this.#step('name');
    else if (token.kind === 'char') this.#step(token.code);
    else {
      const start = this.#at;
      this.#step(token.class);
      const end = this.#at;
      if (token.literal === undefined) return;
      this.#at = start;
      for (let i = 0; i < token.literal.length; i++) this.#step(token.literal.charCodeAt(i));
      this.states[this.#at]!.free.push(end);
      this.#at = end;
    }
  }

  /** @returns the place of the last token used */
  #globstar(tokens: readonly Token[], at: number): number {
    const before = tokens[at - 1]?.kind;
    const after = tokens[at + 1]?.kind;
    const begins = before === undefined || before === 'slash' || before === 'open' || before === 'comma';
    if (begins && after === 'slash') {
      this.#folders();
      return at + 1;
    }
    const ends = after === undefined || after === 'comma' || after === 'close';
    this.#loop(begins && ends ? 'all' : 'name');
    return at;
  }

  /** `**` and its slash: any number of folders. */
  #folders(): void {
    const start = this.#jump(this.#at);
    const name = this.#state();
    this.states[start]!.edges.push({ test: 'name', to: name });
    this.states[name]!.edges.push({ test: 'name', to: name }, { test: slashCode, to: start });
    this.#at = start;
  }

  /** A slash and `**` at the end: all that a folder holds and, unless a star is before it, the folder itself. */
  #tail(withFolder: boolean): void {
    const folder = this.#at;
    this.#step(slashCode);
    this.#loop('all');
    // Not into the loop itself: without a slash, a longer name is another name.
    this.#at = this.#jump(this.#at);
    if (withFolder) this.states[folder]!.free.push(this.#at);
  }

  #step(test: Test): void {
    const to = this.#state();
    this.states[this.#at]!.edges.push({ test, to });
    this.#at = to;
  }

  #loop(test: Test): void {
    this.#at = this.#jump(this.#at);
    const state = this.states[this.#at]!;
    state.isLoop = true;
    state.edges.push({ test, to: this.#at });
  }

  #jump(from: number): number {
    const to = this.#state();
    this.states[from]!.free.push(to);
    return to;
  }

  #state(): number {
    return this.states.push({ edges: [], free: [], isLoop: false }) - 1;
  }
}

/** Whether the slash at `at` is followed by nothing but `**`, once or several times. */
function isTail(tokens: readonly Token[], at: number): boolean {
  return tokens[at + 1]?.kind === 'globstar' && at + 2 === tokens.length && at > 0;
}

function isStar(token: Token | undefined): boolean {
  return token?.kind === 'star' || token?.kind === 'globstar';
}
