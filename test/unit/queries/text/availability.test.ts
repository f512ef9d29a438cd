import { expect, test } from 'vitest'
import { hideAvailability } from '../../../../src/queries/text/availability.ts'

/** The words that remain of a text. */
const left = (text: string): string => hideAvailability(text).replace(/ +/g, ' ').trim()

test.each([
  ['We sort. Code is available at https://github.com/a/b.', 'We sort.'],
  ['We sort. Project page: https://a.github.io/b', 'We sort.'],
  ['We sort. Our code and models are publicly available. It is fast.', 'We sort. It is fast.'],
  ['We sort. The data will be released.', 'We sort.'],
  ['Source code will be released at https://a.org/x.y{this URL}.', ''],
  ['We release a model that sorts, at https://a.org.', ''],
  // about the subject
  [
    'We generate code. Models that write code are released too early.',
    'We generate code. Models that write code are released too early.',
  ],
  ['Code generation needs tests.', 'Code generation needs tests.'],
  [
    'Open-weight models are increasingly available, but slow.',
    'Open-weight models are increasingly available, but slow.',
  ],
])('hideAvailability of %j leaves: %j', (text, expected) => {
  expect(left(text)).toBe(expected)
  expect(hideAvailability(text)).toHaveLength(text.length)
})
