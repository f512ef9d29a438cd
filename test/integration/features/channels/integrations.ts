import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished } from 'vitest'
import { postToChannels } from '../../../../src/features/channels/post-to-channels.ts'
import { runCommand } from '../../../support/commands.ts'
import { type Checks, type RecipeWorld, withProgram } from '../../docs/recipe-world.ts'
import {
  BOT_TOKEN,
  DISCORD_PATH,
  FEISHU_PATH,
  FEISHU_SECRET,
  JSON_KEY,
  JSON_PATH,
  SLACK_PATH,
  type StandInService,
  startStandInService,
} from './stand-in-service.ts'

/** These print the type of the post in post.json, or fail if it is not one. */
const NODE = `node --input-type=module -e '
  import { readFileSync } from "node:fs"
  import { verify } from "./verify.mjs"
  const { key, headers, body } = JSON.parse(readFileSync("post.json"))
  console.log(verify(key, headers, body).type)'`
const PYTHON = `python3 -c '
import json, verify
post = json.load(open("post.json"))
print(verify.verify(post["key"], post["headers"], post["body"].encode())["type"])'`

/** A post, and three that are forged or old. */
function variantsOf({ headers, raw }: StandInService['posted'][number]) {
  const old = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 400) }
  const late = new Webhook(JSON_KEY).sign(
    headers['webhook-id'] as string,
    new Date(Number(old['webhook-timestamp']) * 1000),
    raw,
  )
  const otherKey = `whsec_${Buffer.from('another key of a signed json channel').toString('base64')}`
  return {
    good: { key: JSON_KEY, headers, body: raw },
    bad: [
      { key: JSON_KEY, headers, body: raw.replace('"channel.test"', '"channel.evil"') },
      { key: otherKey, headers, body: raw },
      { key: JSON_KEY, headers: { ...old, 'webhook-signature': late }, body: raw },
    ],
  }
}

export function integrations(world: RecipeWorld): Checks {
  const { site, bash, commandsIn } = world
  const openService = async () => {
    const service = await startStandInService(() => site.clock.now())
    onTestFinished(() => service.close())
    return service
  }
  /** Adds the channel of a recipe at the stand-in, tests it, and lets the next day's post go out. */
  const postsTo = (target: { url: string; secret?: string }) => async (block: string) => {
    const service = await openService()
    for (const typed of await commandsIn(block)) {
      const pasted = typed.filter(
        (arg, i) => ![arg, typed[i - 1]].some((one) => /^--(url|secret)(-file)?$/.test(one!)),
      )
      const { secret } = target
      const own = ['--url', service.url + target.url, ...(secret ? ['--secret', secret] : [])]
      await runCommand(site.deps, pasted[1] === 'add' ? [...pasted, ...own] : pasted)
    }
    site.clock.moveTo(new Date('2026-11-25T23:00:00Z'))
    await postToChannels(site.deps, { signal: new AbortController().signal })
    expect(service.posted).toHaveLength(2)
    expect(service.posted[1]!.raw).toContain('Hybrid Linear Attention')
  }

  /** A post as the service makes it now: the time of a signature is compared with the machine's clock. */
  async function signedPost() {
    const service = await openService()
    site.clock.moveTo(new Date())
    const target = ['--url', service.url + JSON_PATH, '--secret', JSON_KEY]
    await runCommand(site.deps, ['channels', 'add', 'lab', '--kind', 'json', '--topic', 'robots', ...target])
    await runCommand(site.deps, ['channels', 'test', 'lab'])
    return variantsOf(service.posted[0]!)
  }

  /** The command prints the type of the post in post.json, or fails if it is not one. */
  const verifies = (file: string, command: string) => async (block: string) => {
    const { good, bad } = await signedPost()
    writeFileSync(join(world.folder, file), block)
    for (const [i, one] of [good, ...bad].entries()) {
      writeFileSync(join(world.folder, 'post.json'), JSON.stringify(one))
      const output = bash(command)
      if (i === 0) expect((await output).trim()).toBe('channel.test')
      else await expect(output).rejects.toThrow('not a post of Daily Papers')
    }
  }

  return {
    Slack: [postsTo({ url: SLACK_PATH })],
    Discord: [postsTo({ url: DISCORD_PATH })],
    Telegram: [postsTo({ url: '', secret: BOT_TOKEN })],
    'Feishu and Lark': [postsTo({ url: FEISHU_PATH, secret: FEISHU_SECRET })],
    'n8n, or any program with an address': [postsTo({ url: JSON_PATH, secret: JSON_KEY })],
    'Verify a post in Node': [verifies('verify.mjs', NODE)],
    'Verify a post in Python': [withProgram('python3', verifies('verify.py', PYTHON))],
  }
}
