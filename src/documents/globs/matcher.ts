// src/documents/globs: matches names against patterns (`**/*.md`), in time proportional to both.
//
// In: patterns. Out: a matcher. tokens.ts splits a pattern, states.ts builds one automaton of all patterns. Here, sets of
// its states become single states when a name first needs them, so a usual name costs one lookup per character.
// What must hold: no pattern and no name can make matching slow, as they come from strangers. So no regular expressions.
import { isIn } from './classes.js';
import { Nfa, type Test } from './states.js';
import type { Token } from './tokens.js';

/** A set of states of the automaton. */
interface State {
  /** As the last character left them, in order. */
  readonly roots: readonly number[];
  /** The same, plus the states that are reached without a character. */
  readonly ids: readonly number[];
  readonly accepts: boolean;
  /** True when no name with this start can match. */
  readonly isDead: boolean;
  /** True at the start of a name, where wildcards must not match a dot. */
  readonly begins: boolean;
  readonly next: Map<number, State>;
}

export type { State as MatchState };

/** Max sets in memory; then all are forgotten, as hostile names can create very many. */
const maxStates = 2000;
const slashCode = 47;
const dotCode = 46;

export class Matcher {
  readonly #nfa = new Nfa();
  readonly #marks: Uint32Array;
  readonly #known = new Map<string, State>();
  readonly #dot: boolean;
  #mark = 0;
  #start: State;

  /** @param dot whether wildcards match a dot at the beginning of a name */
  constructor(patterns: readonly (readonly Token[])[], dot: boolean) {
    this.#dot = dot;
    for (const tokens of patterns) this.#nfa.add(tokens);
    this.#marks = new Uint32Array(this.#nfa.states.length);
    this.#start = this.#begin();
  }

  matches(path: string): boolean {
    return this.after(path).accepts;
  }

  /** The state after `text`; from the beginning, or from a state that this matcher gave. */
  after(text: string, from: State = this.#start): State {
    let state = from;
    for (let at = 0; at < text.length && !state.isDead; at++) {
      const code = text.charCodeAt(at);
      state = state.next.get(code) ?? this.#step(state, code);
    }
    return state;
  }

  #begin(): State {
    return this.#stateOf([0], !this.#dot);
  }

  #step(state: State, code: number): State {
    // A dot at the start of a name must be in the pattern: no wildcard matches it, also not one that matched nothing before.
    const isGuarded = state.begins && code === dotCode;
    const roots: number[] = [];
    for (const id of isGuarded ? this.#reachable(state.roots, false) : state.ids) {
      for (const { test, to } of this.#nfa.states[id]!.edges) {
        if (takes(test, code) && !(isGuarded && isWild(test))) roots.push(to);
      }
    }
    const next = this.#stateOf(roots, !this.#dot && code === slashCode);
    state.next.set(code, next);
    return next;
  }

  /** These states, and those that their free edges lead to. */
  #reachable(roots: readonly number[], throughLoops: boolean): number[] {
    const reached: number[] = [];
    const open = [...roots];
    this.#mark++;
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.#marks[id] === this.#mark) continue;
      this.#marks[id] = this.#mark;
      const { edges, free, isLoop } = this.#nfa.states[id]!;
      if (isLoop && !throughLoops) continue;
      if (edges.length > 0 || this.#nfa.accepting.has(id)) reached.push(id);
      for (const to of free) open.push(to);
    }
    return reached;
  }

  #stateOf(given: readonly number[], begins: boolean): State {
    const roots = [...new Set(given)].sort((one, other) => one - other);
    const key = `${begins ? '/' : ''}${roots.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= maxStates) {
      this.#known.clear();
      this.#start = this.#begin();
    }
    const ids = this.#reachable(roots, true);
    const accepts = ids.some((id) => this.#nfa.accepting.has(id));
    const state: State = { roots, ids, accepts, isDead: ids.length === 0, begins, next: new Map() };
    this.#known.set(key, state);
    return state;
  }
}

function takes(test: Test, code: number): boolean {
  if (typeof test === 'number') return test === code;
  if (test === 'all') return true;
  return test === 'name' ? code !== slashCode : isIn(test, code);
}

function isWild(test: Test): boolean {
  return typeof test === 'string' || (typeof test === 'object' && test.isNegated);
}
