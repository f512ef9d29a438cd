import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { words } from '../../src/i18n/words.ts'
import { machineLoad } from './machine-load.ts'
import { docker } from './run.ts'

const MAIL_WITHIN_MS = 120_000

const TITLE = 'Quokka attention is linear'
const PAPERS = [{ title: TITLE, summary: 'Quokkas attend in linear time.', id: '2507.99001' }]

/** Loads the images of the archive under a name of their own, so that nothing that is already here helps. */
async function load(archive: string, images: string[], name: string): Promise<void> {
  await docker('load', '--quiet', '--input', archive)
  for (const [index, own] of ownNames(images, name).entries()) {
    await docker('tag', images[index]!, own)
    await docker('image', 'rm', images[index]!)
  }
}

/** `name` in place of what all the names of images begin with. */
const ownNames = (images: string[], name: string): string[] => {
  const shortest = images.toSorted((a, b) => a.length - b.length)[0]!
  return images.map((image) => name + image.slice(shortest.length))
}

const remove = (images: string[], name: string): Promise<string> =>
  docker('image', 'rm', '--force', ...ownNames(images, name))

/** Starts the demo from the archive in a folder that has only the compose file, and walks to the first digest. */
export async function tryArchive(
  archive: string,
  images: string[],
  { compose }: { compose: string },
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-image-'))
  copyFileSync(compose, join(folder, 'docker-compose.yml'))
  const name = `daily-papers-trial:${process.pid}`
  const ports = { DEMO_PORT: String(await freePort()), MAILBOX_PORT: String(await freePort()) }
  const fromArchive = { DAILY_PAPERS_IMAGE: name, POSTGRES_IMAGE: 'postgres:17' }
  const project = { folder, env: { ...process.env, ...fromArchive, ...ports } }
  const begun = performance.now()
  const seconds = () => Math.round((performance.now() - begun) / 1000)
  try {
    await load(archive, images, name)
    const loaded = seconds()
    await inProject(project, ['up', '--detach', '--no-build', '--wait', 'demo'])
    const started = seconds()
    await walkToDigest(project, ports)
    const { busy, text } = machineLoad()
    const sharing = busy ? ` while ${text}` : ''
    return `loaded in ${loaded} s, healthy after ${started} s, first digest after ${seconds()} s${sharing}`
  } finally {
    await inProject(project, ['--profile', 'demo', 'down', '--volumes', '--timeout', '5'])
    await remove(images, name)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** An emulated program is ten to fifty times slower, too slow for the demo: this shows that its binaries are right. */
export async function tryEmulated(
  archive: string,
  images: string[],
  { architecture }: { architecture: string },
): Promise<string> {
  const name = `daily-papers-trial-${architecture}:${process.pid}`
  const inside = ['run', '--rm', '--platform', `linux/${architecture}`, name]
  try {
    await load(archive, images, name)
    const help = await docker(...inside, 'daily-papers', '--help')
    if (!help.includes('subscribers')) throw new Error(`daily-papers --help lists no commands:\n${help}`)
    const arch = (await docker(...inside, 'node', '--input-type=module', '--eval', DRAW)).trim()
    if (arch !== architecture) throw new Error(`the Node of the image is for ${arch}`)
    return 'emulated: it lists its commands and draws a picture'
  } finally {
    await remove(images, name)
  }
}

/** Uses the only package of the image that is built for a processor, and prints the one of Node. */
const DRAW = `import sharp from 'sharp'
await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png().toBuffer()
console.log(process.arch)`

interface Project {
  folder: string
  env: NodeJS.ProcessEnv
}

/** docker compose in the folder of the project, with `input` on its standard input. */
async function inProject({ folder, env }: Project, args: string[], input = ''): Promise<string> {
  const project = `daily-papers-trial-${process.pid}`
  const child = spawn('docker', ['compose', '--project-name', project, ...args], { cwd: folder, env })
  child.stdin.on('error', () => {}).end(input) // it may have ended without reading
  const ended = new Promise((end, fail) => child.on('error', fail).on('close', end))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw new Error(`docker compose ${args.join(' ')}: ${code}\n${stderr.slice(-2000)}`)
  return stdout
}

/** Subscribes, confirms, and sends a digest, as a reader and an operator do. */
async function walkToDigest(project: Project, ports: { DEMO_PORT: string; MAILBOX_PORT: string }) {
  const site = `http://localhost:${ports.DEMO_PORT}`
  const mailbox = `http://localhost:${ports.MAILBOX_PORT}`
  await post(`${site}/subscribe`, { email: 'newcomer@reader.example', topic: 'quokka' })
  const confirmation = await mailThatBegins(mailbox, words.emails.confirmation.subject.split(' {')[0]!)
  const link = confirmation.match(/http\S+\/confirm\/[\w-]+/)?.[0]
  if (!link) throw new Error('the confirmation has no link')
  await post(link, {})
  const command = ['exec', '--no-TTY', 'demo', 'daily-papers']
  // Late enough for a confirmation of today, in any zone.
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10)
  const papers = JSON.stringify(PAPERS)
  await inProject(project, [...command, 'papers', 'import', '/dev/stdin', '--date', tomorrow], papers)
  await inProject(project, [...command, 'digests', 'run', '--now', `${tomorrow}T23:30:00Z`])
  await mailThatBegins(mailbox, TITLE)
}

async function post(url: string, fields: Record<string, string>): Promise<void> {
  const { status } = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
  if (status !== 303) throw new Error(`POST answered ${status}, not 303`)
}

const pageOf = async (url: string): Promise<string> => (await fetch(url)).text()

/** The text of an email whose subject begins like this, once it is in the mailbox. */
async function mailThatBegins(mailbox: string, subject: string): Promise<string> {
  for (const until = performance.now() + MAIL_WITHIN_MS; performance.now() < until; await sleep(100)) {
    const link = (await pageOf(mailbox)).match(new RegExp(`href="(/mails/\\d+)">${subject}`))?.[1]
    if (link) return pageOf(`${mailbox}${link}`)
  }
  throw new Error(`no email "${subject}" within ${MAIL_WITHIN_MS / 1000} s`)
}
