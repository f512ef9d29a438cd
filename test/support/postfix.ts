import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { type Certificate, makeCertificate } from './certificates.ts'
import { type Mta, type MtaKind, type MtaOptions, mailsIn } from './mta.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

const RECIPES = resolve(import.meta.dirname, '../../docs/recipes')
const DOMAIN = 'bounce.papers.example.org'
const NOBODY = 65534

/** Why Postfix cannot run here; undefined if it can. */
export const noPostfix: string | undefined = !toolPath('postfix')
  ? 'no postfix on this machine'
  : process.getuid?.() !== 0
    ? 'postfix starts only as root'
    : undefined

export interface Postfix {
  port: number
  /** Every mail in the mailboxes of reader.example. */
  mailbox(): Buffer[]
  log(): string
  stop(): void
}

/** The recipe's configuration in a Postfix of its own, which delivers reader.example into a Maildir. */
export async function startPostfix(certificate: Certificate): Promise<Postfix> {
  const { port, log, stop, mail } = await startIn(makeFolder(), { certificate })
  return { port, mailbox: () => mailsIn(join(mail, 'all')), log, stop }
}

/** Has a mailbox at reader.example in the place of the person behind postmaster@ of the bounce domain. */
export const POSTMASTER = 'person'

export interface PostfixMta extends Mta {
  /** Has it try at once what waits in its queue. */
  flush(): void
}

/** The same with the recipe of what comes back. */
export const postfix: MtaKind<PostfixMta> = {
  name: 'Postfix',
  channel: 'lmtp',
  whyNot: async () => noPostfix,
  start: async (options) => {
    const folder = makeFolder()
    const known = [...options.users, POSTMASTER].map((user) => `${user}@reader.example ${user}/\n`)
    writeFileSync(join(folder, 'users'), known.join(''))
    const { port, log, stop, flush, mail } = await startIn(folder, {
      certificate: makeCertificate(['localhost']),
      users: join(folder, 'users'),
      settings: settingsOfReturns(folder, options),
    })
    return { port, mailsOf: (user) => mailsIn(join(mail, user)), log, flush, stop: async () => stop() }
  },
}

/** Each line of the recipe, with the places in it that belong to this machine replaced. */
function settingsOfReturns(folder: string, { bounceDomain, listener, nextHop }: MtaOptions): string[] {
  const recipients = join(folder, 'recipients')
  const pattern = (domain: string) => domain.replaceAll('.', String.raw`\.`)
  const recipe = readFileSync(join(RECIPES, 'postfix-bounce-recipients'), 'utf8')
  writeFileSync(recipients, recipe.replaceAll(pattern(DOMAIN), pattern(bounceDomain)))
  return readFileSync(join(RECIPES, 'postfix-bounces.cf'), 'utf8')
    .replaceAll(DOMAIN, bounceDomain)
    .replace('127.0.0.1:2424', `127.0.0.1:${listener}`)
    .replace('/etc/postfix/bounce-recipients', recipients)
    .replace('you@example.org', `${POSTMASTER}@reader.example`)
    .replace(/^transport_maps = .*/m, `$& inline:{ far.example=smtp:[127.0.0.1]:${nextHop} }`)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

interface Configured {
  certificate: Certificate
  /** Of those who have a mailbox: mail to others is taken, and found undeliverable. Without it everybody has. */
  users?: string
  /** Each is set with postconf -e. */
  settings?: string[]
}

async function startIn(folder: string, { certificate, users, settings = [] }: Configured) {
  const [etc, queue, data, mail] = ['etc', 'queue', 'data', 'mail'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const path of [etc, queue, data, mail]) mkdirSync(path)
  chownSync(mail, NOBODY, NOBODY)
  execFileSync('chown', ['postfix', data])
  const port = await freePort()
  const recipe = readFileSync(join(RECIPES, 'postfix-main.cf'), 'utf8')
    .replace(/^smtpd_tls_cert_file = .*/m, `smtpd_tls_cert_file = ${certificate.cert}`)
    .replace(/^smtpd_tls_key_file = .*/m, `smtpd_tls_key_file = ${certificate.key}`)
  writeFileSync(join(etc, 'main.cf'), recipe + ownPlaces({ queue, data, mail, folder }))
  writeFileSync(join(etc, 'master.cf'), services(port, users))
  const run = (program: string, ...args: string[]) =>
    execFileSync(toolPath(program)!, ['-c', etc, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  if (settings.length > 0) run('postconf', '-e', ...settings)
  run('postfix', 'start')
  await listening(port)
  return {
    port,
    mail,
    log: () => readFileSync(join(folder, 'mail.log'), 'utf8'),
    flush: () => void run('postqueue', '-f'),
    stop: () => void run('postfix', 'abort'),
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postfix-'))
  chmodSync(folder, 0o755)
  return folder
}

const ownPlaces = ({
  queue,
  data,
  mail,
  folder,
}: Record<'queue' | 'data' | 'mail' | 'folder', string>): string => `
queue_directory = ${queue}
data_directory = ${data}
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${folder}
virtual_mailbox_domains = reader.example
virtual_mailbox_base = ${mail}
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
alias_maps =
`

/** Debian's services, without a chroot, on one port of the test. */
function services(port: number, users?: string): string {
  const lines = readFileSync('/usr/share/postfix/master.cf.dist', 'utf8').split('\n')
  return lines
    .map((line) => line.replace(/^(\S+\s+(?:inet|unix|fifo)\s+\S+\s+\S+\s+)y/, '$1n'))
    .map((line) => line.replace(/^smtp(\s+inet)/, `127.0.0.1:${port}$1`))
    .map((line) =>
      users ? line.replace(/^virtual .*/, `$& -o virtual_mailbox_maps=texthash:${users}`) : line,
    )
    .join('\n')
}
