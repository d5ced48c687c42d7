// Copies scripts, and takes a second tap on the same button for none.
document.documentElement.classList.add('js');

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error('not copied');
}

document.addEventListener('click', async (e) => {
  const button = e.target.closest('[data-copy]');
  if (!button) return;
  const label = button.textContent;
  try {
    await copy(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 1500);
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
  }
});

document.addEventListener('submit', (e) => {
  const form = e.target;
  if (form.dataset.sent) return e.preventDefault();
  form.dataset.sent = '1';
  for (const button of form.querySelectorAll('button')) setTimeout(() => { button.disabled = true; });
});

addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
