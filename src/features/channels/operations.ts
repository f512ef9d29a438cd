import { z } from 'zod'
import { recordAction } from '../../core/action.repo.ts'
import { cliCommand } from '../../core/cli-command.ts'
import { Fault } from '../../core/errors.ts'
import { line, query } from '../../operator/operations/fields.ts'
import { operation, readIn } from '../../operator/operations/operation.ts'
import { addChannel, listChannels, removeChannel, testChannel } from './change-channels.ts'
import { CHANNEL_KINDS } from './channel.ts'
import { jsonOfChannel, jsonOfListing, nextPostText, textOfChannels, textOfTest } from './channel-text.ts'
import { CHANNEL_FORMATS } from './formats/formats.ts'

const MAX_FILE_BYTES = 4000

const list = operation({
  name: 'channels list',
  summary: 'all channels, with their newest posts and why nothing was posted',
  effect: 'read',
  run: listChannels,
  output: (shown, _input, { clock }) => ({
    json: shown.map((one) => jsonOfListing(one, clock.now())),
    text: textOfChannels(shown, clock.now()),
  }),
  command: {},
})

const add = operation({
  name: 'channels add',
  summary: 'post a topic to a channel once a day',
  effect: 'change',
  input: z.object({
    name: line,
    kind: z.enum(CHANNEL_KINDS),
    topic: query,
    url: line.optional(),
    urlFile: z.string().optional(),
    secret: line.optional(),
    secretFile: z.string().optional(),
    chat: line.optional(),
    hour: z.string().optional(),
    zone: z.string().optional(),
    days: z.array(z.string()).optional(),
    max: z.string().optional(),
  }),
  run: (deps, { urlFile: _url, secretFile: _secret, ...typed }) => addChannel(deps, typed),
  output: ({ channel, target, newKey }, _input, { clock }, { dryRun }) => {
    // A dry run stores nothing, so its key would be of no use.
    const key = dryRun ? null : newKey
    const keyLines = key ? [`The key of its signatures, which is not shown again: ${key}`] : []
    return {
      json: { ...jsonOfChannel(channel, { target, now: clock.now() }), ...(key && { key }) },
      text: [
        `Added. ${nextPostText(channel, clock.now())}`,
        `Try it: ${cliCommand(`channels test ${channel.name}`)}`,
        ...keyLines,
      ].join('\n'),
    }
  },
  command: {
    arguments: { name: ['<name>', 'small letters, digits and hyphens'] },
    options: {
      kind: ['--kind <kind>', 'the service; json: signed JSON'],
      topic: ['--topic <query>', 'what is posted'],
      url: ['--url <address>', 'address of the webhook; Telegram needs one only for your own server'],
      urlFile: ['--url-file <file>', 'a file with the address, or - for the standard input'],
      secret: ['--secret <secret>', 'token of a Telegram bot, secret of a Feishu bot, key for JSON'],
      secretFile: ['--secret-file <file>', 'a file with the secret, or - for the standard input'],
      chat: ['--chat <chat>', 'of Telegram: @name or a number'],
      hour: ['--hour <hour>', 'hour of the day, 0 to 23, in its zone'],
      zone: ['--zone <zone>', 'time zone, such as Europe/Paris'],
      days: ['--days <days>', 'separated by commas: mon, tue, wed, thu, fri, sat, sun'],
      max: ['--max <papers>', 'papers per post, 1 to 25'],
    },
    readFiles: async ({ urlFile, secretFile }) => ({
      ...(urlFile !== undefined && { url: await readText('--url-file', urlFile) }),
      ...(secretFile !== undefined && { secret: await readText('--secret-file', secretFile) }),
    }),
  },
})

async function readText(option: string, file: string): Promise<string> {
  const bytes = await readIn(file, MAX_FILE_BYTES).catch(({ code }) => {
    throw new Fault('usage.wrong', { what: `${option} "${file}": cannot be read (${code})` })
  })
  return bytes.toString('utf8').trim()
}

const remove = operation({
  name: 'channels remove',
  summary: 'post nothing more to a channel, and forget its address and posts',
  effect: 'change',
  input: z.object({ name: line }),
  run: (deps, { name }) => removeChannel(deps, name),
  output: (_channel, { name }) => ({ json: { name }, text: 'Removed.' }),
  command: { arguments: { name: ['<name>'] } },
})

const FAILED = 1

const test = operation({
  name: 'channels test',
  summary: 'post the newest matches now, marked as a test; a stopped channel that takes them starts again',
  effect: 'change',
  ownTransactions: true,
  input: z.object({ name: line }),
  run: async (deps, { name }, { dryRun }) => {
    const tested = await testChannel(deps, { name, dryRun })
    if (!dryRun) await recordAction(deps.db, { at: deps.clock.now(), via: 'command', verb: 'channels test' })
    return tested
  },
  output: ({ channel, target, content, outcome }, _input, { clock }, { dryRun }) => {
    const { body } = CHANNEL_FORMATS[channel.kind].request(content, target, {
      messageId: 'msg_test',
      now: clock.now(),
    })
    return {
      json: {
        name: channel.name,
        posted: outcome?.kind === 'posted',
        papers: content.papers.length,
        dryRun,
        reason: outcome && 'reason' in outcome ? outcome.reason : null,
        ...(dryRun && { body: JSON.parse(body) as unknown }),
      },
      text: textOfTest({ channel, target, outcome, body }),
      exitCode: outcome && outcome.kind !== 'posted' ? FAILED : 0,
    }
  },
  command: { arguments: { name: ['<name>'] }, dryRun: 'show what would be posted but don’t post it' },
})

export const CHANNEL_OPERATIONS = [list, add, remove, test]
