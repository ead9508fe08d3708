// Where the look of a slide's placeholder is set: in its own list of levels, in its layout's, and in its master's.
import type { OfficePackage } from '../package.js';
import { attribute, descendants, find, type XmlElement } from '../xml.js';

interface Layers {
  layout: XmlElement | undefined;
  master: XmlElement | undefined;
}

export class PlaceholderStyles {
  readonly #office: OfficePackage;
  readonly #layers = new Map<string, Layers>();

  constructor(office: OfficePackage) {
    this.#office = office;
  }

  /** Lists of levels of a shape of this slide, nearest first. */
  of(shape: XmlElement, slide: string): (XmlElement | undefined)[] {
    const own = find(shape, 'p:txBody', 'a:lstStyle');
    const wanted = find(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph');
    if (wanted === undefined) return [own];
    const { layout, master } = this.#layersOf(slide);
    const inLayout = layout && matching(layout, wanted);
    const inMaster = master && matching(master, inLayout ? placeholderOf(inLayout) : wanted);
    const isTitle = /title/i.test(attribute(wanted, 'type') ?? '');
    return [
      own,
      find(inLayout, 'p:txBody', 'a:lstStyle'),
      find(inMaster, 'p:txBody', 'a:lstStyle'),
      find(master, 'p:txStyles', isTitle ? 'p:titleStyle' : 'p:bodyStyle'),
    ];
  }

  #layersOf(slide: string): Layers {
    const name = this.#office.related(slide, 'slideLayout')[0]?.target ?? '';
    let layers = this.#layers.get(name);
    if (layers === undefined) {
      const master = this.#office.related(name, 'slideMaster')[0]?.target;
      layers = { layout: this.#office.xml(name), master: this.#office.xml(master) };
      this.#layers.set(name, layers);
    }
    return layers;
  }
}

function placeholderOf(shape: XmlElement): XmlElement {
  return find(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph')!;
}

/** The shape of a layout or master that stands for the same: by its index, else by its type. */
function matching(layer: XmlElement, wanted: XmlElement): XmlElement | undefined {
  const shapes = [...descendants(layer, 'p:sp')].filter((shape) => find(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph'));
  const index = attribute(wanted, 'idx');
  const type = typeOf(wanted);
  return (
    (index && shapes.find((shape) => attribute(placeholderOf(shape), 'idx') === index)) ||
    shapes.find((shape) => typeOf(placeholderOf(shape)) === type)
  );
}

/** Objects are kept in the place of a body. */
function typeOf(placeholder: XmlElement): string {
  const type = attribute(placeholder, 'type') ?? 'obj';
  return type === 'obj' ? 'body' : type;
}
