import { createRoot } from 'react-dom/client';
import { antiscalpModule } from '@xinglin/antiscalp/console';
import { startTexts, storedLocale, uiTexts } from '@xinglin/platform/ui';
import { socModule } from '@xinglin/soc/console';
import { App } from './shell/app.tsx';
import { platformModule } from './pages/index.tsx';
import { shellTexts } from './shell/texts.ts';
import '@xinglin/platform/ui/ui.css';
import './shell/shell.css';

const modules = [socModule, antiscalpModule, platformModule];

await startTexts([uiTexts, shellTexts, ...modules.map((module) => module.texts)], storedLocale());
const root = document.querySelector('#root');
if (root !== null) createRoot(root).render(<App modules={modules} />);
