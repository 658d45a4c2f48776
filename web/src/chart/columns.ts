// The columns the symbol layer draws from, one row a symbol.

/** Columns of one row a symbol. */
export interface SymbolColumns {
  length: number;
  /** Longitude and latitude, degrees. */
  position: Float64Array;
  /** Shape with its marks; size and line width in pixels; share of fill, 0 to 1. */
  form: Float32Array;
  /** Where it points, degrees clockwise from north. */
  angle: Float32Array;
  /** Red, green, blue, alpha. */
  colour: Uint8ClampedArray;
}

export function columnsOf(length: number): SymbolColumns {
  return {
    length,
    position: new Float64Array(2 * length),
    form: new Float32Array(4 * length),
    angle: new Float32Array(length),
    colour: new Uint8ClampedArray(4 * length),
  };
}

