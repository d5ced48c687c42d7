// A page with sa-sdk-javascript: node sensors-web-page.js SERVER_URL MODE LOGIN
import { createRequire } from 'node:module';
import { quiet } from './browser.js';

const [serverURL, mode, login] = process.argv.slice(2);
const sa = createRequire(import.meta.url)('sa-sdk-javascript');

sa.init({
  server_url: serverURL, show_log: false, is_track_single_page: false, heatmap: { clickmap: 'not_collect', scroll_notice_map: 'not_collect' },
  send_type: mode === 'batch' ? 'ajax' : mode, batch_send: mode === 'batch' && { send_interval: 500 },
});
sa.quick('autoTrack');
sa.track('ViewProduct', { product_id: 'tea' });
sa.login(login);
sa.setProfile({ city: '杭州' });
sa.track('BuyProduct', { amount: 3 });

const patience = Date.now() + 2000;
const watch = setInterval(() => {
  if (Date.now() > patience && quiet()) {
    clearInterval(watch);
    process.exit(0);
  }
}, 50);
