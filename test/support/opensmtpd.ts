import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { type MtaKind, type MtaOptions, mailsIn } from './mta.ts'
import { type ApartProgram, mailFolder, startApart, whyNotApart } from './mta-apart.ts'

const OPENSMTPD: ApartProgram = {
  package: 'opensmtpd',
  program: 'sbin/smtpd',
  users: ['opensmtpd', 'opensmtpq'],
}
const BEFORE = 'mkdir -m 711 /var/spool/smtpd && mkdir -p /var/lib/opensmtpd/empty'

/** It learns of an unknown user from the program that delivers, and reports it by mail. It hands over by LMTP. */
export const opensmtpd: MtaKind = {
  name: 'OpenSMTPD',
  channel: 'lmtp',
  whyNot: () => whyNotApart(OPENSMTPD),
  start: async (options) => {
    const { folder, mail } = mailFolder('opensmtpd')
    const port = await freePort()
    writeFileSync(join(folder, 'users'), options.users.join('\n'))
    writeFileSync(join(folder, 'deliver'), delivering(folder))
    chmodSync(join(folder, 'deliver'), 0o755)
    const running = await startApart(OPENSMTPD, {
      folder,
      port,
      etc: { 'smtpd.conf': configuration(options, { folder, port }) },
      before: BEFORE,
      args: ['-d'],
    })
    return {
      port,
      mailsOf: (user) => mailsIn(join(mail, user)),
      log: running.said,
      stop: async () => {
        await running.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

/** 67 is EX_NOUSER, as procmail and maildrop say it too. */
const delivering = (folder: string): string => `#!/bin/sh
grep -qx "$1" ${folder}/users || { echo "Unknown user: $1"; exit 67; }
exec /usr/libexec/opensmtpd/mail.maildir ${folder}/mail/$1
`

const configuration = (
  { bounceDomain, listener, nextHop }: MtaOptions,
  { folder, port }: { folder: string; port: number },
): string => `
listen on 127.0.0.1 port ${port} hostname mail.reader.example
queue ttl 1h
action "mailbox" mda "${folder}/deliver %{rcpt.user}" virtual { "@" = nobody }
action "back" lmtp "127.0.0.1:${listener}" rcpt-to virtual { "@" = nobody }
action "far" relay host "smtp://127.0.0.1:${nextHop}"
match from any for domain "${bounceDomain}" action "back"
match from any for domain "reader.example" action "mailbox"
match from any for domain "far.example" action "far"
`
