// Updates the preview while the reader types. htmx is larger than the rest of the page, so it loads when the form gets
// focus.
{
  const form = document.querySelector('#subscribe, #trial')
  const htmx = document.currentScript.src.replace(/[^/]+$/, 'htmx.js')

  const script = document.createElement('script')
  const load = () => {
    if (script.src) return
    script.src = htmx
    // Include what was typed in the meantime; htmx reads the page before that.
    script.addEventListener('load', () => setTimeout(sayChanged))
    document.body.append(script)
  }

  const isChanged = () => {
    const { value, defaultValue } = form.querySelector('textarea[name="topic"], #query')
    return value !== defaultValue
  }

  const sayChanged = () => {
    if (!isChanged()) return
    form.querySelector('#topic, #query').dispatchEvent(new Event('input', { bubbles: true }))
  }

  if (form?.contains(document.activeElement)) load()
  form?.addEventListener('focusin', load)
  // Back restores what was typed, but not its preview.
  if (form) addEventListener('pageshow', () => isChanged() && load())
}

// A preview needs no address and no library, so the form sends them only to subscribe.
document.addEventListener('htmx:config:request', ({ detail }) => {
  for (const name of ['email', 'library']) detail.ctx.request.body.delete(name)
})
