import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { type MtaKind, type MtaOptions, mailsIn } from './mta.ts'
import { type ApartProgram, mailFolder, startApart, whyNotApart } from './mta-apart.ts'

const EXIM: ApartProgram = { package: 'exim4-daemon-light', program: 'sbin/exim4', users: ['Debian-exim'] }
const before = (folder: string): string => {
  const own = `/var/spool/exim4 ${folder}/log/exim`
  return `mkdir -p ${own} && chown Debian-exim ${own}`
}

/** Takes any recipient, as one does that relays: what it cannot route is reported by mail. It hands over by SMTP. */
export const exim: MtaKind = {
  name: 'Exim',
  channel: 'smtp',
  whyNot: () => whyNotApart(EXIM),
  start: async (options) => {
    const { folder, mail } = mailFolder('exim')
    const port = await freePort()
    writeFileSync(join(folder, 'users'), options.users.map((user) => `${user}: ${user}\n`).join(''))
    const running = await startApart(EXIM, {
      folder,
      port,
      etc: { 'exim4/exim4.conf': configuration(options, folder) },
      before: before(folder),
      args: ['-bdf', '-q10s', '-oX', `127.0.0.1:${port}`],
    })
    return {
      port,
      mailsOf: (user) => mailsIn(join(mail, user)),
      log: () => `${running.said()}${readFileSync(join(folder, 'log/exim/mainlog'), 'utf8')}`,
      stop: async () => {
        await running.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

const configuration = ({ bounceDomain, listener, nextHop }: MtaOptions, folder: string): string => `
primary_hostname = mail.reader.example
spool_directory = /var/spool/exim4
log_file_path = ${folder}/log/exim/%slog
tls_advertise_hosts =
acl_smtp_rcpt = accept
acl_smtp_data = accept
never_users =
smtp_accept_queue_per_connection = 0
smtp_accept_max = 100

begin routers
back:
  driver = manualroute
  domains = ${bounceDomain}
  transport = back
  route_list = * 127.0.0.1
  self = send
far:
  driver = manualroute
  domains = far.example
  transport = far
  route_list = * 127.0.0.1
  self = send
known:
  driver = accept
  domains = reader.example
  local_parts = lsearch;${folder}/users
  transport = mailbox

begin transports
back:
  driver = smtp
  port = ${listener}
far:
  driver = smtp
  port = ${nextHop}
mailbox:
  driver = appendfile
  maildir_format
  directory = ${folder}/mail/$local_part_data
  create_directory
  user = nobody
  group = nogroup

begin retry
* * F,1h,2s
`
