// A minimal writer of ONNX models: turns nodes, constants, inputs and outputs into the bytes that a runtime loads.
// Field numbers are those of onnx.proto3.
import { Message } from './protobuf-writer.js';

/** The version of the standard operators, and the file format that goes with it. */
const opset = 17;
const irVersion = 8;

/** The domain of onnxruntime's own operators, outside the standard. */
export const runtimeDomain = 'com.microsoft';

const elementTypes = { float32: 1, int8: 3, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;

const attributeTypes = { float: 1, integer: 2, integers: 7 } as const;
export type Attribute = { float: number } | { integer: number } | { integers: readonly number[] };

export interface NodeOptions {
  attributes?: { [name: string]: Attribute };
  domain?: string;
}

/** An input or output of the graph. A dimension with a name may have any size. */
export interface Port {
  name: string;
  type: ElementType;
  shape: readonly (number | string)[];
}

/** Builds a graph. Tensors are known by name; a node's first output has the node's name. */
export class OnnxGraph {
  readonly #graph = new Message();

  constructor(name: string) {
    this.#graph.text(2, name);
  }

  /** @returns the constant's name, to be used as a node's input */
  constant(name: string, shape: readonly number[], data: Float32Array | Int8Array | BigInt64Array): string {
    const tensor = new Message();
    for (const size of shape) tensor.integer(1, size);
    tensor.integer(2, elementTypes[typeOf(data)]).text(8, name);
    tensor.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#graph.message(5, tensor);
    return name;
  }

  /** @returns the name of its output, to be used as another node's input */
  node(name: string, operator: string, inputs: readonly string[], options?: NodeOptions): string {
    this.nodeOf([name], operator, inputs, options);
    return name;
  }

  /** A node with several outputs. An empty input name leaves an optional input out. */
  nodeOf(
    outputs: readonly string[],
    operator: string,
    inputs: readonly string[],
    { attributes = {}, domain = '' }: NodeOptions = {},
  ): void {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    for (const output of outputs) node.text(2, output);
    node.text(3, outputs[0]!).text(4, operator);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeMessage(name, value));
    if (domain !== '') node.text(7, domain);
    this.#graph.message(1, node);
  }

  /** The model's bytes. Nothing may be added to the graph after this call. */
  toBytes(inputs: readonly Port[], outputs: readonly Port[]): Uint8Array {
    for (const port of inputs) this.#graph.message(11, portMessage(port));
    for (const port of outputs) this.#graph.message(12, portMessage(port));
    return new Message()
      .integer(1, irVersion)
      .message(7, this.#graph)
      .message(8, new Message().integer(2, opset))
      .message(8, new Message().text(1, runtimeDomain).integer(2, 1))
      .toBytes();
  }
}

function typeOf(data: Float32Array | Int8Array | BigInt64Array): ElementType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int8Array ? 'int8' : 'int64';
}

function attributeMessage(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if ('float' in value) return message.float(2, value.float).integer(20, attributeTypes.float);
  if ('integer' in value) return message.integer(3, value.integer).integer(20, attributeTypes.integer);
  for (const item of value.integers) message.integer(8, item);
  return message.integer(20, attributeTypes.integers);
}

function portMessage({ name, type, shape }: Port): Message {
  const dimensions = new Message();
  for (const size of shape) {
    const dimension = new Message();
    dimensions.message(1, typeof size === 'string' ? dimension.text(2, size) : dimension.integer(1, size));
  }
  const tensor = new Message().integer(1, elementTypes[type]).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
