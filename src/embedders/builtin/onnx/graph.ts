// src/embedders/builtin/onnx: builds the Universal Sentence Encoder (lite) as an ONNX model.
//
// In: the package's float32 weights. Out: the bytes of an int8 model, made once at the start of a worker. The graph
// is a transformer of two layers over the token embeddings, their mean, and a dense layer. It runs one text at a
// time, so there is no padding and no mask. quantize.ts makes the int8 matrices; the two writers make the bytes.

import type { Weights } from '../weights.js';
import { OnnxGraph, runtimeDomain } from './onnx-writer.js';
import { quantizeColumns } from './quantize.js';

/** Max tokens of a text that the model sees. */
export const windowTokens = 128;
/** Length of a vector. */
export const dimensions = 512;
/** Names of the graph's input (int32, [1, tokens]) and output (float32, [1, dimensions]). */
export const inputName = 'ids';
export const outputName = 'vector';

const vocabularySize = 8002;
const embeddingSize = 256;
const hiddenSize = 512;
const innerSize = 1536;
const heads = 4;

// TensorFlow kept some tensors under the module's name and some under that of its application.
const encoder = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const encoderVariables = 'module/Encoder_en/KonaTransformer/Encode';
const denseLayer = 'module/Encoder_en/hidden_layers/tanh_layer_0';

/** @returns the bytes of the ONNX model */
export function buildGraph(weights: Weights): Uint8Array {
  return new EncoderGraph(weights).build();
}

class EncoderGraph {
  readonly #graph = new OnnxGraph('universal-sentence-encoder-lite');
  readonly #weights: Weights;

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  build(): Uint8Array {
    const embedded = this.#embedding();
    const first = this.#feedForward(0, this.#attention(0, embedded, this.#widen(embedded), embeddingSize));
    const second = this.#feedForward(1, this.#attention(1, first, first, hiddenSize));
    this.#sentence(second);
    return this.#graph.toBytes(
      [{ name: inputName, type: 'int32', shape: [1, 'tokens'] }],
      [{ name: outputName, type: 'float32', shape: [1, dimensions] }],
    );
  }

  /** Twice the token's embedding, plus its position in the text as sines and cosines. */
  #embedding(): string {
    const graph = this.#graph;
    const table = graph.constant(
      'embedding/table',
      [vocabularySize, embeddingSize],
      this.#weight('module/Embeddings_en'),
    );
    const tokens = graph.node('embedding/tokens', 'Gather', [table, inputName]);
    const doubled = graph.node('embedding/doubled', 'Add', [tokens, tokens]);
    const frequencies = this.#weight(
      `${encoder}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`,
    );
    const places = graph.constant('places/all', [1, windowTokens, embeddingSize], timingSignal(frequencies));
    const count = graph.node('places/count', 'Shape', [inputName], {
      attributes: { start: { integer: 1 }, end: { integer: 2 } },
    });
    const zero = graph.constant('places/zero', [1], BigInt64Array.of(0n));
    const axis = graph.constant('places/axis', [1], BigInt64Array.of(1n));
    const used = graph.node('places', 'Slice', [places, zero, count, axis]);
    return graph.node('embedding', 'Add', [doubled, used]);
  }

  /**
   * The residual of the first layer, widened from 256 to 512. It stays float32: the embeddings hold a few large values,
   * which would cost all others their precision in int8. That takes 3 % of the time.
   */
  #widen(embedded: string): string {
    const name = 'layer0/residual';
    const block = `${encoder}/Layer_0/TransformerLayer/dense`;
    const kernel = this.#weight(`${block}/kernel/ConcatPartitions/concat`);
    const product = this.#graph.node(`${name}/product`, 'MatMul', [
      embedded,
      this.#graph.constant(`${name}/kernel`, [embeddingSize, hiddenSize], kernel),
    ]);
    const bias = this.#weight(`${block}/bias/ConcatPartitions/concat`);
    return this.#graph.node(name, 'Add', [product, this.#graph.constant(`${name}/bias`, [hiddenSize], bias)]);
  }

  /** residual + output(attention(norm(input))) */
  #attention(layer: number, input: string, residual: string, size: number): string {
    const name = `layer${layer}/attention`;
    const block = `Layer_${layer}/TransformerLayer`;
    const normed = this.#layerNorm(`${name}/norm`, input, `${encoder}/${block}`);
    const kernel = this.#weight(
      `${encoderVariables}/${block}/MultiheadAttention/qkv_transform_single/kernel/part_0`,
    );
    const bias = `${encoder}/${block}/MultiheadAttention/qkv_transform_single/bias/ConcatPartitions/concat`;
    // onnxruntime's fused attention: the projection to query, key and value in int8 (their weights are side by side,
    // as in the checkpoint), scaled by 1/√(head size); softmax and weighted sum in float32.
    const [bytes, scale, zeroPoint] = this.#quantize(`${name}/input`, normed);
    const { values, scales } = quantizeColumns(kernel, size, 3 * size);
    const attended = this.#graph.node(
      name,
      'QAttention',
      [
        bytes,
        this.#graph.constant(`${name}/kernel`, [size, 3 * size], values),
        this.#graph.constant(`${name}/bias`, [3 * size], this.#weight(bias)),
        scale,
        this.#graph.constant(`${name}/scales`, [3 * size], scales),
        '',
        zeroPoint,
        this.#graph.constant(`${name}/zeros`, [3 * size], new Int8Array(3 * size)),
      ],
      { attributes: { num_heads: { integer: heads } }, domain: runtimeDomain },
    );
    const output = this.#linear(`${name}/output`, attended, size, hiddenSize, {
      kernel: `${encoderVariables}/${block}/MultiheadAttention/output_transform_single/kernel/part_0`,
      bias: `${encoder}/${block}/MultiheadAttention/output_transform_single/bias/ConcatPartitions/concat`,
    });
    return this.#graph.node(`${name}/sum`, 'Add', [output, residual]);
  }

  /** input + outer(relu(inner(norm(input)))) */
  #feedForward(layer: number, input: string): string {
    const name = `layer${layer}/feed-forward`;
    const block = `Layer_${layer}/TransformerLayer/FFN`;
    const normed = this.#layerNorm(`${name}/norm`, input, `${encoder}/${block}`);
    const inner = this.#linear(`${name}/inner`, normed, hiddenSize, innerSize, {
      kernel: `${encoder}/TransformerStack/${block}/conv1/Tensordot/Reshape_1`,
      bias: `${encoder}/${block}/conv1/bias/ConcatPartitions/concat`,
    });
    const active = this.#graph.node(`${name}/relu`, 'Relu', [inner]);
    const outer = this.#linear(`${name}/outer`, active, innerSize, hiddenSize, {
      kernel: `${encoder}/TransformerStack/${block}/conv2/Tensordot/Reshape_1`,
      bias: `${encoder}/${block}/conv2/bias/ConcatPartitions/concat`,
    });
    return this.#graph.node(`${name}/sum`, 'Add', [outer, input]);
  }

  /** Mean over the tokens → dense → tanh → length 1. It runs once per text, so float32 costs little. */
  #sentence(tokens: string): void {
    const graph = this.#graph;
    const mean = graph.node('mean', 'ReduceMean', [tokens], {
      attributes: { axes: { integers: [1] }, keepdims: { integer: 0 } },
    });
    const kernel = this.#weight(`${denseLayer}/weights`);
    const dense = graph.node('dense', 'Gemm', [
      mean,
      graph.constant('dense/kernel', [hiddenSize, dimensions], kernel),
      graph.constant('dense/bias', [dimensions], this.#weight(`${denseLayer}/bias`)),
    ]);
    graph.node(outputName, 'LpNormalization', [graph.node('tanh', 'Tanh', [dense])]);
  }

  #layerNorm(name: string, input: string, block: string): string {
    const part = `${block}/layer_prepostprocess/layer_norm`;
    const scale = this.#weight(`${part}/layer_norm_scale/ConcatPartitions/concat`);
    const bias = this.#weight(`${part}/layer_norm_bias/ConcatPartitions/concat`);
    return this.#graph.node(
      name,
      'LayerNormalization',
      [
        input,
        this.#graph.constant(`${name}/scale`, [scale.length], scale),
        this.#graph.constant(`${name}/bias`, [bias.length], bias),
      ],
      { attributes: { epsilon: { float: 1e-6 } } },
    );
  }

  /** input × kernel + bias, the product in int8: the input is quantized at run time, per text. */
  #linear(
    name: string,
    input: string,
    rows: number,
    columns: number,
    tensors: { kernel: string; bias: string },
  ): string {
    const { values, scales } = quantizeColumns(this.#weight(tensors.kernel), rows, columns);
    return this.#graph.node(
      name,
      'DynamicQuantizeMatMul',
      [
        input,
        this.#graph.constant(`${name}/kernel`, [rows, columns], values),
        this.#graph.constant(`${name}/scales`, [columns], scales),
        this.#graph.constant(`${name}/zeros`, [columns], new Int8Array(columns)),
        this.#graph.constant(`${name}/bias`, [columns], this.#weight(tensors.bias)),
      ],
      { domain: runtimeDomain },
    );
  }

  #quantize(name: string, input: string): [bytes: string, scale: string, zeroPoint: string] {
    const outputs: [string, string, string] = [name, `${name}/scale`, `${name}/zero`];
    this.#graph.nodeOf(outputs, 'DynamicQuantizeLinear', [input]);
    return outputs;
  }

  #weight(name: string): Float32Array {
    const weight = this.#weights.get(name);
    if (weight === undefined) throw new Error(`The model has no tensor ${name}.`);
    return weight;
  }
}

/** For each position, the sines of position × frequency, then the cosines. */
function timingSignal(frequencies: Float32Array): Float32Array {
  const signal = new Float32Array(windowTokens * embeddingSize);
  for (let place = 0; place < windowTokens; place++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(place * frequency);
      signal[place * embeddingSize + i] = Math.sin(angle);
      signal[place * embeddingSize + frequencies.length + i] = Math.cos(angle);
    });
  }
  return signal;
}
