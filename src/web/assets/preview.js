// The preview follows what is typed. htmx, larger than the rest of the page, comes once somebody is in the form.
{
  const form = document.querySelector('#subscribe, #trial')
  const htmx = document.currentScript.src.replace(/[^/]+$/, 'htmx.js')

  const load = () => {
    const script = document.createElement('script')
    script.src = htmx
    // What was typed meanwhile counts too; htmx looks at the page before that.
    script.addEventListener('load', () => setTimeout(sayChanged))
    document.body.append(script)
  }

  const sayChanged = () => {
    const changed = [...form.querySelectorAll('#topic, #query, .builder input')].find(
      ({ value, defaultValue }) => value !== defaultValue,
    )
    changed?.dispatchEvent(new Event('input', { bubbles: true }))
  }

  if (form?.contains(document.activeElement)) load()
  else form?.addEventListener('focusin', load, { once: true })
}

// A preview needs no address: it is not sent before somebody subscribes.
document.addEventListener('htmx:config:request', ({ detail }) => detail.ctx.request.body.delete('email'))
