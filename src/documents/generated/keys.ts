// Keys and certificates: blocks of base64 (PEM, OpenPGP), keys of SSH, and files of them (`known_hosts`, `authorized_keys`).

const begin = '-----BEGIN ';
const end = '-----END ';

/** Endings of files that hold nothing else; they may tell in words what a block holds. */
const keyNames = /\.(?:pem|crt|cer|key|csr|crl|p7b|p7s|p7c|asc|gpg|sig|ca-bundle)$/;
const sshKey = /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S{1,40}|sk-(?:ssh|ecdsa)-\S{1,60}) AAAA/;
/** The same after the names of hosts, or after options. */
const sshKeyOf =
  /^(?:@(?:cert-authority|revoked) )?\S.{0,2000}? (?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S{1,40}) AAAA[\w+/]{30}/;
/** Of PuTTY, and of the SSH of RFC 4716. */
const otherKey = /^(?:PuTTY-User-Key-File-\d: |---- BEGIN SSH2 (?:PUBLIC|ENCRYPTED PRIVATE) KEY ----)/;

/** A cheap look: true for all key material, and for other files that hold a block early. */
export function mayBeKeyMaterial(start: string): boolean {
  return start.includes(begin) || sshKey.test(start) || otherKey.test(start) || sshKeyOf.test(start);
}

/** @param name of the file, in lower case */
export function isKeyMaterial(name: string, bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  if (otherKey.test(text)) return true;
  if (sshKey.test(text) || sshKeyOf.test(text)) return lineShare(text) > 0.9;
  return blockShare(text) > (keyNames.test(name) ? 0.3 : 0.8);
}

/** How much of a text, without white space, is in lines that hold a public key of SSH. */
function lineShare(text: string): number {
  let keys = 0;
  for (const line of text.split('\n')) {
    if (sshKey.test(line) || sshKeyOf.test(line)) keys += line.length + 1;
  }
  return keys / text.length;
}

/** Whether a block holds no words, but for its headers: an example may hold a sentence in place of the key. */
function isBase64(block: string): boolean {
  let blanks = 0;
  for (let at = block.indexOf(' '); at >= 0; at = block.indexOf(' ', at + 1)) blanks++;
  return blanks < Math.max(block.length * 0.04, 4);
}

/** How much of a text is in blocks. */
function blockShare(text: string): number {
  let inBlocks = 0;
  for (let at = text.indexOf(begin); at >= 0; ) {
    const close = text.indexOf(end, at);
    if (close < 0) break;
    const after = text.indexOf('\n', close);
    const stop = after < 0 ? text.length : after + 1;
    // The start of a signed message is followed by its text, up to the signature.
    const from = text.startsWith('PGP SIGNED MESSAGE', at + begin.length)
      ? text.lastIndexOf(begin, close)
      : at;
    if (from === at || from > at + begin.length)
      inBlocks += isBase64(text.slice(from, close)) ? stop - from : 0;
    at = text.indexOf(begin, stop);
  }
  return text.length === 0 ? 0 : inBlocks / text.length;
}
