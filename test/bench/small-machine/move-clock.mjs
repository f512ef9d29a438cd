// Loaded into every thread of a process before its own code: its clock is ahead of the machine's by the milliseconds in
// the file CLOCK_OFFSET_FILE, which may change. So a process lives through a week in minutes.
import { readFileSync } from 'node:fs'

const RealDate = Date
const READ_EVERY_MS = 50
let offset = 0

function read() {
  // The file is empty for a moment while it is written.
  offset = Number(readFileSync(process.env.CLOCK_OFFSET_FILE, 'utf8')) || offset
}

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offset)
    else super(...args)
  }

  static now() {
    return RealDate.now() + offset
  }
}
read()
setInterval(read, READ_EVERY_MS).unref()
