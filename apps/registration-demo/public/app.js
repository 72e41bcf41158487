// Counts down what has a deadline and offers a reload when it has passed. Every page works without it.
for (const element of document.querySelectorAll('[data-until]')) {
  const until = Date.parse(element.dataset.until);
  const text = document.createElement('span');
  text.className = 'countdown';
  element.after(text);
  const show = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      const minutes = Math.floor(left / 60);
      text.textContent = minutes > 600 ? '' : `（还有 ${minutes > 0 ? `${minutes} 分 ` : ''}${left % 60} 秒）`;
      return;
    }
    clearInterval(timer);
    text.textContent = '';
    const link = document.createElement('a');
    link.href = '';
    link.textContent = '（已到时间，刷新查看）';
    text.append(link);
    text.setAttribute('role', 'status');
  };
  const timer = setInterval(show, 1000);
  show();
}
// A form is sent once: impatient second presses do nothing for a while.
for (const form of document.querySelectorAll('form[method="post"]')) {
  let sent = 0;
  form.addEventListener('submit', (event) => {
    if (Date.now() - sent < 3000) event.preventDefault();
    else sent = Date.now();
  });
}
