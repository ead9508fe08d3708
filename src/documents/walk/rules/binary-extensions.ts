// Endings of files that never hold text: these files are left out without being opened. Other files are judged by their
// content.
const kinds = [
  'jpg jpeg png gif bmp tif tiff webp avif heic ico icns psd xcf raw cr2 nef',
  'mp3 m4a aac ogg oga opus flac wav wma aif aiff mid midi',
  'mp4 m4v mov avi mkv webm wmv flv mpg mpeg ogv 3gp',
  'zip tgz bz2 tbz xz txz zst lz4 lzma 7z rar tar jar war ear whl egg gem deb rpm apk ipa dmg iso img cab msi xpi crx nupkg',
  'exe dll so dylib o a lib obj ko class pyc pyo pyd wasm node elf',
  'woff woff2 ttf otf eot ttc',
  'sqlite sqlite3 mdb accdb ldb sst rdb pack idx npy npz parquet arrow feather orc h5 hdf5 pkl',
  'onnx safetensors gguf ggml pt pth ckpt tflite pb bin',
];

const binaryExtensions = new Set(kinds.flatMap((line) => line.split(' ')));

/** Whether a file of this name holds no text. */
export function isBinaryName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  // What is packed is judged by its own name: `pump.8.gz` is text, `files.tar.gz` isn't.
  if (dot > 0 && name.slice(dot).toLowerCase() === '.gz') return isBinaryName(name.slice(0, dot));
  return dot > 0 && binaryExtensions.has(name.slice(dot + 1).toLowerCase());
}
