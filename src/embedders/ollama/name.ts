// The names of models: Ollama fills in what a user leaves out.
import { command } from '../../words.js';

export function canonicalName(name: string): string {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?library\//, '');
  return /:[^/]*$/.test(short) ? short : `${short}:latest`;
}

/** What fetches a model, to be copied into a shell; the name may be a stranger's. */
export function pullCommand(model: string): string {
  return command`ollama pull ${model}`;
}
