// The names of models: Ollama fills in what a user leaves out.

export function canonicalName(name: string): string {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?library\//, '');
  return /:[^/]*$/.test(short) ? short : `${short}:latest`;
}
