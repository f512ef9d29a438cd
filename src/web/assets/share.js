// Buttons that copy a text or open the device's share sheet. They are hidden where the browser cannot do it.
{
  const SHOWN_MS = 3000

  const status = document.createElement('p')
  status.className = 'unseen'
  status.setAttribute('role', 'status')
  document.querySelector('main').append(status)

  const labels = new Map()
  const timers = new Map()

  const restore = (button) => {
    button.textContent = labels.get(button)
    delete button.dataset.done
    timers.delete(button)
    status.textContent = ''
  }

  const sayCopied = (button) => {
    if (!labels.has(button)) labels.set(button, button.textContent)
    clearTimeout(timers.get(button))
    timers.set(button, setTimeout(restore, SHOWN_MS, button))
    button.textContent = button.dataset.copied
    button.dataset.done = ''
    status.textContent = button.dataset.copied
  }

  // The text as it is shown: not what is folded or in another tab.
  const textOf = ({ dataset: { copy, copyFrom } }) => copy ?? document.getElementById(copyFrom).innerText

  const copy = async (button) => {
    await navigator.clipboard.writeText(textOf(button))
    sayCopied(button)
  }

  const share = ({ dataset }) => navigator.share({ title: dataset.title, url: dataset.share })

  // Browsers have a clipboard only on https pages, and a share sheet only on some devices.
  const actions = {
    '[data-copy], [data-copy-from]': navigator.clipboard && copy,
    '[data-share]': navigator.share && share,
  }
  for (const [selector, act] of Object.entries(actions)) {
    if (!act) continue
    for (const button of document.querySelectorAll(selector)) {
      button.hidden = false
      // A reader who closes the sheet rejects the promise.
      button.addEventListener('click', () => act(button).catch(() => {}))
    }
  }
}
