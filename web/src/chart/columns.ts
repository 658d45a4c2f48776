// The columns the symbol layer draws from, one row a symbol, in the form the graphics processor takes them.

/** Rows as deck.gl takes them: values in turn, so many a row. */
export interface Rows {
  length: number;
  attributes: Record<string, { value: Float64Array | Float32Array | Uint8ClampedArray; size: number }>;
}

export interface SymbolColumns {
  /** Longitude and latitude, degrees. */
  position: Float64Array;
  /** Shape with its marks; size and line width in pixels; share of fill, 0 to 1. */
  form: Float32Array;
  /** Where it points, degrees clockwise from north. */
  angle: Float32Array;
  /** Red, green, blue, alpha. */
  colour: Uint8ClampedArray;
  /** The same as a layer's data: one object for life, so that drawing again sends nothing again. */
  data: Rows;
}

export function columnsOf(length: number): SymbolColumns {
  const position = new Float64Array(2 * length);
  const form = new Float32Array(4 * length);
  const angle = new Float32Array(length);
  const colour = new Uint8ClampedArray(4 * length);
  const attributes = {
    instancePositions: { value: position, size: 2 },
    instanceForms: { value: form, size: 4 },
    instanceAngles: { value: angle, size: 1 },
    instanceColors: { value: colour, size: 4 },
  };
  return { position, form, angle, colour, data: { length, attributes } };
}
