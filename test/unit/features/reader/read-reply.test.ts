import { describe, expect, test } from 'vitest'
import { readReply } from '../../../../src/features/reader/read-reply.ts'

const GOOD = { paper: '7', grade: 8, reason: 'It trains robots.' }
const read = (reply: unknown) => readReply(typeof reply === 'string' ? reply : JSON.stringify(reply), '7')
const reasonOf = (reason: string) => read({ ...GOOD, reason })?.reason

describe('readReply', () => {
  test('reads a grade, also from a fence', () => {
    expect(read(GOOD)).toEqual({ grade: 8, reason: 'It trains robots.' })
    expect(read(`\`\`\`json\n${JSON.stringify(GOOD)}\n\`\`\``)).toEqual(read(GOOD))
    expect(read(` ${JSON.stringify(GOOD)}\n`)).toEqual(read(GOOD))
  })

  test.each([
    ['of another paper', { ...GOOD, paper: '8' }],
    ['of a paper by number', { ...GOOD, paper: 7 }],
    ['without a paper', { grade: 8, reason: '' }],
    ['above ten', { ...GOOD, grade: 11 }],
    ['below zero', { ...GOOD, grade: -1 }],
    ['with a fraction', { ...GOOD, grade: 7.5 }],
    ['as text', { ...GOOD, grade: '8' }],
    ['that is not a number', '{"paper": "7", "grade": NaN, "reason": ""}'],
    ['too large for a number', '{"paper": "7", "grade": 1e999, "reason": ""}'],
    ['without a reason', { paper: '7', grade: 8 }],
    ['with a list as reason', { ...GOOD, reason: ['a'] }],
    ['with more than that', { ...GOOD, remove: ['3'] }],
    ['in a list', [GOOD]],
    ['of several papers', { grades: [GOOD, { ...GOOD, paper: '8' }] }],
    ['twice', `${JSON.stringify(GOOD)}\n${JSON.stringify(GOOD)}`],
    ['in a sentence', `Here is my grade: ${JSON.stringify(GOOD)}`],
    ['in words', 'Eight out of ten.'],
    ['by a null', 'null'],
    ['by nothing', ''],
    ['by JSON that is cut off', '{"paper": "7", "grade": 8, "rea'],
  ])('takes no grade %s', (_what, reply) => {
    expect(read(reply)).toBeNull()
  })

  test.each([
    ['See https://evil.example/x?y=1 now', 'See now'],
    ['See www.evil.example.', 'See'],
    ['See evil.example/path for more', 'See for more'],
    ['See evil.example for more', 'See evil. example for more'],
    ['Write to a@evil.example today', 'Write to today'],
    ['[Click](javascript:alert(1)) it', 'Click ( it'],
    ['<b>Bold</b> <a href="http://evil.example">x</a> *and* `code`', 'Bold x and code'],
    ['<script>alert(1)', 'alert(1)'],
    ['Two\nlines\tand \u202etricks\u200b', 'Two lines and tricks'],
    ['ｅｖｉｌ．ｅｘａｍｐｌｅ', 'evil. example'],
    ['Says “quoted” and "quoted"', 'Says quoted and quoted'],
    ['', ''],
  ])('cleans the reason %j', (reason, cleaned) => {
    expect(reasonOf(reason)).toBe(cleaned)
  })

  test('cuts a long reason, in linear time', () => {
    expect(reasonOf('word '.repeat(100))!.length).toBeLessThanOrEqual(140)
    const began = performance.now()
    for (const piece of ['a.', '<', 'a@', 'http://', '{']) reasonOf(piece.repeat(200_000))
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
