// A whole output as the run of one shard would have it: for counting what that run would do.
import { join } from 'node:path';
import type { KeptFailure } from '../../types/failure.js';
import type { Shard } from '../../types/shard.js';
import { readManifest } from '../format/manifest-reader.js';
import { manifestName } from '../format/owned-names.js';
import { Output } from '../read/output.js';
import { closeFiles, openFiles } from '../read/snapshot.js';
import { countRecords } from './records.js';
import { isInShard } from './shard.js';

class PartOfOutput extends Output {
  override async failures(): Promise<KeptFailure[]> {
    const { shard } = this.manifest;
    return (await super.failures()).filter(({ source }) => isInShard(source, shard!));
  }
}

/**
 * The documents of a shard. Their rows have the numbers of the whole output: they can be counted and read, not copied.
 * @returns undefined when the folder holds no output
 */
export async function openPartOf(dir: string, shard: Shard): Promise<Output | undefined> {
  const files = await openFiles(dir);
  if (files === undefined) return undefined;
  try {
    const manifest = await readManifest(files.manifest, join(dir, manifestName));
    const whole = new Output(dir, files, manifest);
    const documents = manifest.documents
      .filter(({ source }) => isInShard(source, shard))
      .map((document, index) => ({ ...document, index }));
    const recordFiles = countRecords(whole, documents);
    return new PartOfOutput(dir, files, { ...manifest, documents, recordFiles, shard });
  } catch (error) {
    await closeFiles(files);
    throw error;
  }
}
