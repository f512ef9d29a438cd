import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/errors.ts'
import { addressHash, maskAddress, parseAddress } from '../../../src/subscribers/address.ts'

describe('`parseAddress`', () => {
  test.each([
    ['ann@example.com', 'ann@example.com', 'ann@example.com'],
    ['  Ann.Lee+papers@Example.COM \n', 'Ann.Lee+papers@Example.COM', 'ann.lee+papers@example.com'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example'],
    ['ann@XN--BCHER-KVA.example', 'ann@XN--BCHER-KVA.example', 'ann@xn--bcher-kva.example'],
    ['a@почта.рф', 'a@xn--80a1acny.xn--p1ai', 'a@xn--80a1acny.xn--p1ai'],
    ["o'brien@example.com", "o'brien@example.com", "o'brien@example.com"],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('reads %j', (typed, address, key) => {
    expect(parseAddress(typed)).toEqual({ address, key })
  })

  test.each([
    ['', 'address.empty'],
    [' \t\r\n', 'address.empty'],
    ['ann', 'address.malformed'],
    ['ann@', 'address.malformed'],
    ['@example.com', 'address.malformed'],
    ['ann@localhost', 'address.malformed'],
    ['ann@example..com', 'address.malformed'],
    ['ann@-example.com', 'address.malformed'],
    ['ann@example.com.', 'address.malformed'],
    ['.ann@example.com', 'address.malformed'],
    ['ann.@example.com', 'address.malformed'],
    ['a..nn@example.com', 'address.malformed'],
    ['"ann"@example.com', 'address.malformed'],
    ['ann lee@example.com', 'address.malformed'],
    ['Ann <ann@example.com>', 'address.malformed'],
    ['ann@[127.0.0.1]', 'address.malformed'],
    ['ann@127.0.0.1', 'address.malformed'],
    ['ann@127.1', 'address.malformed'],
    ['ann@example.com/path', 'address.malformed'],
    ['ann@example.com:25', 'address.malformed'],
    ['ann%example.org@relay', 'address.malformed'],
    ['ann@example.com\r\nBcc: eve', 'address.malformed'],
    ['ann\r\n@example.com', 'address.malformed'],
    ['ann\0@example.com', 'address.malformed'],
    ['ann@example.com\r\nRCPT TO:<eve@example.org>', 'address.several'],
    ['ann@example.com, bob@example.com', 'address.several'],
    ['ann@example.com;bob@example.com', 'address.several'],
    ['ann@@example.com', 'address.several'],
    ['änn@example.com', 'address.not-ascii'],
    ['李@example.com', 'address.not-ascii'],
    [`${'a'.repeat(65)}@example.com`, 'address.too-long'],
    [
      `ann@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example.com`,
      'address.too-long',
    ],
  ])('refuses %j', (typed, code) => {
    expect(codeOf(typed)).toBe(code)
  })

  test('never returns a line break, blank, bracket or second @, for any text', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'ab.@\r\n\0<>,;: "+-') }),
      fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 6 }),
    )
    let read = 0
    fc.assert(
      fc.property(typed, typed, (local, domain) => {
        const text = `${local}@${domain}`
        if (codeOf(text)) return
        read++
        expect(parseAddress(text).address).toMatch(/^[\x21-\x7e]+$/)
        expect(parseAddress(text).address).not.toMatch(/[<>,;:"()[\]\\]|@.*@/)
      }),
      { numRuns: 5000 },
    )
    expect(read).toBeGreaterThan(20)
  })

  test('reads its own key to the same key', () => {
    const { key } = parseAddress('Ann@BÜCHER.example')
    expect(parseAddress(key).key).toBe(key)
  })
})

test('`maskAddress` shows the first letter and the domain', () => {
  expect(maskAddress('ann@example.com')).toBe('a•••@example.com')
})

test('`addressHash` is HMAC-SHA256 under the key', () => {
  expect(addressHash('ann@example.com', 'k'.repeat(32))).toMatch(/^[0-9a-f]{64}$/)
  expect(addressHash('ann@example.com', 'k'.repeat(32))).not.toBe(
    addressHash('ann@example.com', 'l'.repeat(32)),
  )
})

function codeOf(typed: string): string | undefined {
  try {
    parseAddress(typed)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}
