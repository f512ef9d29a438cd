import { expect, test } from 'vitest'
import { bounceFromWords } from '../../../../src/bounces/reading/parsed-bounce.ts'

test('`bounceFromWords` keeps the status of a quoted reply whose reason is in other words', () => {
  const text = 'Remote server replied: 554 not accepted\nThe user is unknown'
  expect(bounceFromWords(text, 'ann@mail.example')).toMatchObject({ class: 'dead', status: '554' })
})
