import { expect, test } from 'vitest'
import { sampleNoticeMails } from '../../support/sample-notices.ts'

test.each(sampleNoticeMails())('%s reads as it did', async (name, { subject, text }) => {
  await expect(`${subject}\n\n${text}`).toMatchFileSnapshot(`./snapshots/${name}.txt`)
  expect(text.split('\n').filter((line) => line.length > 76)).toEqual([])
  expect(subject.length).toBeLessThan(78)
})
