import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CsvRecord,
  csvLine,
  decodeStream,
  detectDelimiter,
  escapeFormula,
  readCsv,
  unescapeFormula,
} from '../../../src/core/csv.ts'

/** Every record of a text that comes in pieces of `size`. */
function read(text: string, size = text.length): Promise<CsvRecord[]> {
  const pieces = async function* () {
    for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size)
  }
  return Readable.from(readCsv(pieces())).toArray()
}

describe('reading', () => {
  test('accepts quotes, line breaks in cells, CRLF, blank lines and a last line without an end', async () => {
    expect(await read('a,b\r\n"x\ny","say ""hi"""\r\n\r\nlast,')).toEqual([
      { line: 1, text: 'a,b', cells: ['a', 'b'] },
      { line: 2, text: '"x\ny","say ""hi"""', cells: ['x\ny', 'say "hi"'] },
      { line: 5, text: 'last,', cells: ['last', ''] },
    ])
  })

  test('refuses only the line with an unclosed quote', async () => {
    const found = await read('ann,"open\nbob,1\ncy,"fine, too"\n"d"x,2\neve,3\n')
    expect(found.map(({ line, cells }) => [line, cells])).toEqual([
      [1, null],
      [2, ['bob', '1']],
      [3, ['cy', 'fine, too']],
      [4, null],
      [5, ['eve', '3']],
    ])
  })

  test('gives up an open quote far from the end of a large file', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `person${i}@example.com,active`)
    const found = await read(['head,b', 'ann,"open', ...lines].join('\n'), 4096)
    expect(found).toHaveLength(20_002)
    expect(found.filter(({ cells }) => cells === null).map(({ line }) => line)).toEqual([2])
  })

  test('refuses a line of over 98,304 characters, and no other', async () => {
    const long = `ann@example.com,"${'robots; '.repeat(13_000)}`
    expect(await read(`head,b\n${long}${long}end"\nbob,1\n`, 5000)).toEqual([
      { line: 1, text: 'head,b', cells: ['head', 'b'] },
      { line: 2, text: long.slice(0, 200), cells: null, isTooLong: true },
      { line: 3, text: 'bob,1', cells: ['bob', '1'] },
    ])
  })

  test('reads a line without an end within bounded memory', async () => {
    const piece = 'x'.repeat(1_000_000)
    const pieces = async function* () {
      yield 'head\n'
      for (let i = 0; i < 600; i++) yield piece
    }
    const [, refused] = await Readable.from(readCsv(pieces())).toArray()
    expect(refused).toMatchObject({ isTooLong: true, line: 2 })
  })

  test.each([4096, 1_000_000])(
    'keeps the lines around one that is too long, in pieces of %i',
    async (size) => {
      const longest = 'x'.repeat(98_304)
      const shown = (cells: string[] | null) => (cells?.[0] === longest ? longest.length : cells?.join('|'))
      const found = await read(`ann,"open\nbob,1\n${longest}x\n${longest}\n"cy\nline",2\n${longest}x`, size)
      expect(
        found.map(({ line, cells, isTooLong }) => [line, isTooLong ? 'too long' : shown(cells)]),
      ).toEqual([
        [1, undefined],
        [2, 'bob|1'],
        [3, 'too long'],
        [4, 98_304],
        [5, 'cy\nline|2'],
        [7, 'too long'],
      ])
    },
  )

  test('returns what was written, in pieces of any size', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' ', "'", '=', 'ü', '\t') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          // A line without any sign is no record.
          const told = rows.map(([first, second]) => [`x${first}`, second])
          const [, ...found] = await read(['a,b\n', ...told.map((row) => csvLine(row))].join(''), size)
          expect(found.map(({ cells }) => cells)).toEqual(told)
        },
      ),
    )
  })
})

test('the delimiter follows from the head without its quoted parts', () => {
  expect(['a,b', 'a;b;c', 'a\tb', '"x;y;z",b', 'email'].map(detectDelimiter)).toEqual([
    ',',
    ';',
    '\t',
    ',',
    ',',
  ])
})

test('a guarded cell is not a formula for a spreadsheet, and is read back unchanged', () => {
  expect(escapeFormula('=cmd|1')).toBe("'=cmd|1")
  expect(escapeFormula('-x')).toBe("'-x")
  expect(escapeFormula("'=x")).toBe("''=x")
  expect(escapeFormula("o'neill")).toBe("o'neill")
  expect(escapeFormula('a = b')).toBe('a = b')
  for (const sign of '=+-@＝＋－＠')
    for (const before of ['', ' ', '\t', '\r', '\n', '\u3000', "'", "' "])
      expect(escapeFormula(`${before}${sign}cmd|1`)).toBe(`'${before}${sign}cmd|1`)
  const unit = fc.constantFrom(..."'=@+-＝＋－＠a \t\r\n")
  fc.assert(
    fc.property(fc.string({ unit }), (cell) => {
      expect(escapeFormula(cell)).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r]/)
      expect(unescapeFormula(escapeFormula(cell))).toBe(cell)
    }),
    { numRuns: 2000 },
  )
})

describe('bytes', () => {
  async function textOf(...pieces: Buffer[]): Promise<string> {
    let text = ''
    for await (const piece of decodeStream(
      (async function* () {
        yield* pieces
      })(),
    ))
      text += piece
    return text
  }

  test('are read as UTF-8 with a byte order mark, and with a letter cut in two', async () => {
    const bytes = Buffer.from('\uFEFFgrün')
    expect(await textOf(bytes.subarray(0, 6), bytes.subarray(6))).toBe('grün')
  })

  test('are read as UTF-16 in both byte orders', async () => {
    const little = Buffer.from('\uFEFFa;b\n', 'utf16le')
    expect(await textOf(little)).toBe('a;b\n')
    expect(await textOf(Buffer.from(little).swap16())).toBe('a;b\n')
  })

  test('are read with lines that end in CR', async () => {
    expect(await textOf(Buffer.from('a\rb'), Buffer.from('\rc'))).toBe('a\nb\nc')
  })

  test('of another encoding are marked', async () => {
    expect(await textOf(Buffer.from('gr\xfcn', 'latin1'))).toBe('gr\uFFFDn')
  })
})
