import { expect, test } from 'vitest'
import { buildServer } from '../../../../src/web/server.ts'
import { useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const site = useSite()

test('each address in /llms.txt exists, and the tools are named', async () => {
  await addPapers(site.db)
  const { body, headers, statusCode } = await site.app.inject('/llms.txt')
  expect({ statusCode, type: headers['content-type'] }).toEqual({
    statusCode: 200,
    type: 'text/plain; charset=utf-8',
  })
  const paths = [...body.matchAll(/\]\(http:\/\/localhost:3000([^)]*)\)/g)].map(([, path]) => path!)
  expect(paths.length).toBeGreaterThan(10)
  for (const path of paths) expect([path, (await site.app.inject(path)).statusCode]).toEqual([path, 200])
  expect(body).toContain('http://localhost:3000/mcp')
  expect(body).toContain('search_papers')
})

test('/llms.txt names no sign-up where it is closed', async () => {
  const app = buildServer({ ...site.deps, config: { ...site.deps.config, SIGNUP: 'closed' } })
  expect((await app.inject('/llms.txt')).body).not.toContain('/subscribe')
  await app.close()
})
