import { nginx, sudo } from '../formats.ts';
import { ATTACKERS, hasWeb, hostOf, to } from './story.ts';
import type { Step, Story } from './story.ts';

/** A web shell on the registration site: scan, injection, upload, commands, records harvested. */
export const webShell: Story = {
  key: 'web-shell',
  titleZh: '挂号网站被植入后门',
  fits: hasWeb,
  steps: (site, random) => {
    const ip = random.pick(ATTACKERS);
    const web = hostOf(site, 'WEBAPP01');
    const request = (after: number, path: string, status = 200, method = 'GET', agent?: string): Step => ({
      after,
      emit: to('syslog', site, (at) =>
        nginx(at, web.hostname, { ip, path, status, method, ...(agent === undefined ? {} : { agent }) }),
      ),
    });
    const steps: Step[] = [];
    for (let index = 0; index < 36; index++)
      steps.push(
        request(
          index * 0.3,
          `/admin${index}/index.jsp`,
          404,
          'GET',
          'Mozilla/5.0 (compatible; Nuclei - Open-source project)',
        ),
      );
    steps.push(request(12, '/doctor/detail?id=1%20union%20select%201,2,user()'));
    steps.push(request(14, "/doctor/detail?id=1'%20and%20sleep(5)--"));
    steps.push(request(18, '/ueditor/upload?action=uploadfile', 200, 'POST'));
    steps.push(request(21, '/upload/20261120/img_8821.jsp', 200, 'POST'));
    steps.push(request(23, '/upload/20261120/img_8821.jsp?cmd=whoami'));
    steps.push(request(25, '/upload/20261120/img_8821.jsp?cmd=cat%20/etc/passwd'));
    steps.push({ after: 28, emit: to('syslog', site, (at) => sudo(at, web.hostname, 'www-data', '/bin/bash -c id')) });
    for (let index = 0; index < 70; index++)
      steps.push(request(30 + index * 0.25, `/report/detail/${880_100 + index}`));
    return steps;
  },
};
