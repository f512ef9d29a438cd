import { expect, test } from 'vitest'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { runCommand } from '../../../support/commands.ts'
import { NOW, useSite } from '../../../support/site.ts'

const EMAIL = 'ann@example.com'
const site = useSite()

const run = (line: string) => runCommand(site.deps, line.split(' '))
const actions = async () =>
  (await recentActions(site.db, { limit: 100 })).reverse().map(({ id: _, ...action }) => action)

test('each command that changes something is logged, with a number and no address', async () => {
  const lines = [
    `subscribers add ${EMAIL} --topic robots --consent paper`,
    `subscribers pause ${EMAIL}`,
    `subscribers resume ${EMAIL}`,
    `topics add ${EMAIL} vision`,
    `topics remove ${EMAIL} vision`,
    `subscribers suppress ${EMAIL} --reason complaint`,
    `subscribers unsuppress ${EMAIL}`,
    `subscribers move ${EMAIL} ann@home.example`,
    'subscribers unsubscribe ann@home.example',
    'subscribers erase ann@home.example',
  ]
  for (const line of lines) await run(line)
  await run('delivery pause --reason because')
  await run('delivery resume')
  const { id } = await site.db.subscriber.findFirstOrThrow()
  const verbs = lines.map((line) => line.split(' ').slice(0, 2).join(' '))
  expect(await actions()).toMatchObject([
    ...verbs.map((verb) => ({ at: NOW, via: 'command', verb, subscriberId: id, detail: '' })),
    ...['delivery pause', 'delivery resume'].map((verb) => ({
      at: NOW,
      via: 'command',
      verb,
      subscriberId: '',
      detail: '',
    })),
  ])
})

test('a dry run and a failed command log nothing', async () => {
  await run(`subscribers add ${EMAIL} --consent paper --dry-run`)
  await run('delivery pause --dry-run')
  await expect(run(`subscribers pause ${EMAIL}`)).rejects.toMatchObject({ code: 'subscriber.unknown' })
  await expect(run('subscribers erase ann')).rejects.toMatchObject({ code: 'address.malformed' })
  expect(await actions()).toEqual([])
})
