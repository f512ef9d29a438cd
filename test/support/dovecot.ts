import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImapFlow } from 'imapflow'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import type { Certificate } from './certificates.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

const NOBODY = 65534
export const USER = 'bounces@papers.example'
export const PASSWORD = 'a password with / and @'

const dovecotPath = toolPath('dovecot')
const version = dovecotPath ? execFileSync(dovecotPath, ['--version'], { encoding: 'utf8' }) : ''

/** Why Dovecot cannot run here; undefined if it can. */
export const noDovecot: string | undefined = !dovecotPath
  ? 'no dovecot on this machine'
  : !version.startsWith('2.4.')
    ? `dovecot ${version.trim()}, whose settings are others than those of 2.4`
    : process.getuid?.() !== 0
      ? 'dovecot starts only as root'
      : undefined

export interface Dovecot {
  port: number
  tlsPort: number
  log(): string
  /** The paths of the emails of a folder. */
  folderOf(box: string): string
  /** Sends commands in a folder, as an email program of the user would. */
  asUser<T>(folder: string, work: (client: ImapFlow) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

/** Starts a Dovecot with one user, whose emails are in Maildirs. */
export async function startDovecot(certificate: Certificate): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'dovecot-'))
  chmodSync(folder, 0o755)
  const mail = join(folder, 'mail')
  mkdirSync(mail)
  chownSync(mail, NOBODY, NOBODY)
  const [port, tlsPort] = [await freePort(), await freePort()]
  const file = join(folder, 'dovecot.conf')
  writeFileSync(file, configuration({ folder, mail, port, tlsPort, certificate }))
  const server = spawn(dovecotPath!, ['-F', '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaints = ''
  server.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const ended = once(server, 'exit')
  const log = () => complaints + readFileSync(join(folder, 'dovecot.log'), 'utf8')
  await listening(port).catch(() => Promise.reject(new Error(`dovecot did not start: ${complaints}`)))
  return {
    port,
    tlsPort,
    log,
    folderOf: (box) => join(mail, USER, `.${box}`),
    asUser: async (box, work) => {
      const auth = { user: USER, pass: PASSWORD }
      const client = new ImapFlow({
        host: '127.0.0.1',
        port,
        secure: false,
        doSTARTTLS: false,
        auth,
        logger: false,
      })
      await client.connect()
      try {
        await client.mailboxCreate(box)
        await client.mailboxOpen(box)
        return await work(client)
      } finally {
        await client.logout()
      }
    },
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}

interface Places {
  folder: string
  mail: string
  port: number
  tlsPort: number
  certificate: Certificate
}

const configuration = ({ folder, mail, port, tlsPort, certificate }: Places): string => `
dovecot_config_version = ${version.split(/[- ]/)[0]}
dovecot_storage_version = 2.4.0
base_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
mail_driver = maildir
mail_path = ${mail}/%{user}
first_valid_uid = ${NOBODY}
auth_allow_cleartext = yes
ssl_server_cert_file = ${certificate.cert}
ssl_server_key_file = ${certificate.key}
passdb static {
  password = ${PASSWORD}
}
userdb static {
  fields {
    uid = ${NOBODY}
    gid = ${NOBODY}
    home = ${mail}/%{user}
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
`
