import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../src/platform/embedded-postgres.ts'
import type { Certificate } from './certificates.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

const RECIPE = resolve(import.meta.dirname, '../../docs/recipes/postfix-main.cf')
const NOBODY = 65534

/** Why none can be run here; undefined where one can. */
export const noPostfix: string | undefined = !toolPath('postfix')
  ? 'no postfix on this machine'
  : process.getuid?.() !== 0
    ? 'postfix starts as root alone'
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
  const folder = mkdtempSync(join(tmpdir(), 'postfix-'))
  chmodSync(folder, 0o755)
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
  const recipe = readFileSync(RECIPE, 'utf8')
    .replace(/^smtpd_tls_cert_file = .*/m, `smtpd_tls_cert_file = ${certificate.cert}`)
    .replace(/^smtpd_tls_key_file = .*/m, `smtpd_tls_key_file = ${certificate.key}`)
  writeFileSync(join(etc, 'main.cf'), recipe + ownPlaces({ queue, data, mail, folder }))
  writeFileSync(join(etc, 'master.cf'), services(port))
  const postfix = (...args: string[]) =>
    execFileSync(toolPath('postfix')!, ['-c', etc, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  postfix('start')
  await listening(port)
  return {
    port,
    mailbox: () => mailsIn(join(mail, 'all/new')),
    log: () => readFileSync(join(folder, 'mail.log'), 'utf8'),
    stop: () => void postfix('abort'),
  }
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

/** Debian's services, none of them in a chroot, listening on one port of ours. */
function services(port: number): string {
  const lines = readFileSync('/usr/share/postfix/master.cf.dist', 'utf8').split('\n')
  return lines
    .map((line) => line.replace(/^(\S+\s+(?:inet|unix|fifo)\s+\S+\s+\S+\s+)y/, '$1n'))
    .map((line) => line.replace(/^smtp(\s+inet)/, `127.0.0.1:${port}$1`))
    .join('\n')
}

const mailsIn = (folder: string): Buffer[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name))) : []
