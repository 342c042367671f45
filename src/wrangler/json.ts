import { parse as parseExactly, stringify as write } from 'lossless-json';

/** A number that JavaScript would write otherwise than the file does, as the file has it. */
export class Exact {
  constructor(readonly text: string) {}

  toJSON(): number {
    return Number(this.text);
  }
}

const EXACT = {
  test: (value: unknown) => value instanceof Exact,
  stringify: (value: unknown) => (value as Exact).text
};

function toNumber(text: string): number | Exact {
  const number = Number(text);
  return String(number) === text ? number : new Exact(text);
}

export function parseJson(text: string): unknown {
  return parseExactly(text, undefined, toNumber);
}

/** JSON with the numbers of the file; indented as the file was. */
export function stringifyJson(value: unknown, indent: number): string {
  return write(value, undefined, indent, [EXACT]) ?? '';
}
