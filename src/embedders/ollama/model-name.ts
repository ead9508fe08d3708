// The names of models and of their weights: Ollama fills in what a user leaves out.
import { command } from '../../text/plural.js';

export function canonicalName(name: string): string {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?library\//, '');
  return short === withoutTag(short) ? `${short}:latest` : short;
}

/** Lower-case hex, however a server writes it. */
export function plainDigest(digest: string): string {
  return digest.toLowerCase().replace(/^sha256:/, '');
}

/** `hf.co/org/name:tag` → `hf.co/org/name`; a colon in front of a slash belongs to a port. */
export function withoutTag(name: string): string {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** What fetches a model, to be copied into a shell; the name may be a stranger's. */
export function pullCommand(model: string): string {
  return command`ollama pull ${model}`;
}
