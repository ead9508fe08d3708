import { describe, expect, test } from 'vitest';
import { Message } from '../../../../src/embedders/builtin/onnx/protobuf-writer.js';

const hex = (message: Message) => Buffer.from(message.toBytes()).toString('hex');

// The expected bytes are those of the encoding's specification.
describe('Message', () => {
  test('writes integers as varints', () => {
    expect(hex(new Message().integer(1, 150))).toBe('089601');
    expect(hex(new Message().integer(1, 0))).toBe('0800');
    expect(hex(new Message().integer(1, 127))).toBe('087f');
    expect(hex(new Message().integer(1, 128))).toBe('088001');
    expect(hex(new Message().integer(1, -2n))).toBe('08feffffffffffffffff01');
    expect(hex(new Message().integer(20, 7))).toBe('a00107');
  });

  test('writes floats, texts and bytes', () => {
    expect(hex(new Message().float(2, 1))).toBe('150000803f');
    expect(hex(new Message().text(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new Message().bytes(9, Uint8Array.of(1, 2)))).toBe('4a020102');
  });

  test('nests messages, in the order of the calls', () => {
    const inner = new Message().integer(1, 150);
    expect(hex(new Message().message(3, inner).integer(1, 1))).toBe('1a030896010801');
  });
});
