import type { FastifyReply } from 'fastify'
import { expect, test } from 'vitest'
import { Fault } from '../../../src/core/errors.ts'
import { jsonOfFault, sendFault } from '../../../src/web/errors.ts'
import type { Site } from '../../../src/web/pages.ts'

const pageOf = (fault: Fault): object => {
  const sent: unknown[] = []
  const site = {
    deps: { config: { SIGNUP: 'open' } },
    pages: { send: (_reply: unknown, ...page: unknown[]) => sent.push(...page) },
  }
  const request = { headers: { accept: 'text/html' }, url: '/papers/x' }
  sendFault(site as unknown as Site, { request } as FastifyReply, fault)
  const [template, view, status] = sent
  return { template, status, ...(view as object) }
}

test.each([
  ['2507.99999', 'arXiv:2507.99999', 'https://arxiv.org/abs/2507.99999', 'arXiv'],
  ['doi:10.1000/999', 'doi:10.1000/999', 'https://doi.org/10.1000/999', 'doi.org'],
])('a page for the paper %s, which is not here, links to its source', (name, shown, path, where) => {
  expect(pageOf(new Fault('paper.not-here', { name }))).toMatchObject({
    template: 'fault',
    status: 404,
    sentence: `${shown} isn’t on this site.`,
    ways: [{ path, text: `Open ${shown} on ${where}` }],
  })
})

test('JSON has the code and the sentence of an error', () => {
  expect(jsonOfFault(new Fault('paper.not-here', { name: '2507.99999' }), null)).toEqual({
    error: 'paper.not-here',
    message: '2507.99999 isn’t on this site.',
  })
})
