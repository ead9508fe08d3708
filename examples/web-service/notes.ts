// The service's data: notes with their vectors, in memory, found by cosine.
import type { Vector } from 'embed-ingest';

export interface Note {
  id: number;
  text: string;
}

export interface FoundNote extends Note {
  /** Cosine between the question and the note. */
  score: number;
}

export class Notes {
  readonly #notes: (Note & { vector: Vector })[] = [];

  add(text: string, vector: Vector): Note {
    const note = { id: this.#notes.length + 1, text };
    this.#notes.push({ ...note, vector });
    return note;
  }

  /** The notes nearest to the question's vector, best first. */
  nearest(question: Vector, count: number): FoundNote[] {
    return this.#notes
      .map(({ id, text, vector }) => ({ id, text, score: dot(question, vector) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, count);
  }
}

/** The cosine: vectors have length 1. */
function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
