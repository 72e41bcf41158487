/**
 * Sentences the name model is trained on; never used to judge. `{TYPE}` is a value to find, `{S}` a surname before a title, `{MIN}` and
 * `{PY}` minority and Latin names; `<n>`, `<dose>`, `<lab>`, `<word>` are filled with what is nobody's. Half-width punctuation is
 * made full width at random.
 */
export const TRAIN_CARRIERS: readonly string[] = `患者{NAME},{sex},{AGE},因"<symptom><n>天"于{DATE}入院.
患者{NAME},{sex},{AGE},汉族,已婚,{ADDRESS}人,农民.
姓名:{NAME} 性别:{sex} 年龄:{AGE} 民族:汉族 住院号:{MRN}
姓名:{NAME}  门诊号:{OUTPATIENT_NO}  科室:<dept>
病史由患者{rel}{NAME}代述,可靠.
联系人:{NAME} 关系:{rel} 电话:{MOBILE}
联系人{NAME},联系电话{MOBILE}.
家属{NAME}表示理解病情,签字同意手术.
今日{NAME}主任医师查房,听取病史汇报后指出:患者<symptom>明显好转,继续目前治疗.
{DATE}{NAME}副主任医师查房记录
{S}主任查房后认为诊断明确,同意目前治疗方案.
请<dept>{S}医生会诊,考虑<symptom>.
经{S}教授会诊,建议完善<exam>.
{NAME}医师于{DATE}完成<exam>,过程顺利.
手术者:{NAME} 一助:{NAME} 二助:{NAME} 麻醉医师:{NAME}
主刀{NAME},助手{NAME}、{NAME},器械护士{NAME}.
记录者:{NAME} {DATE}
报告医师:{NAME} 审核医师:{NAME} 报告号:{REPORT_NO}
责任护士{NAME}给予健康宣教,患者表示掌握.
护士{NAME}巡视病房,患者睡眠安静.
{NAME}护士长到床旁查看患者皮肤情况.
夜班护士{NAME}交班:患者体温<n>℃,已遵医嘱处理.
患者由其{rel}{NAME}陪同来院,步行入室.
其{rel}{NAME}诉患者近<n>日<symptom>加重.
电话随访{NAME},手机{MOBILE},诉无<symptom>.
电话随访:接听者为患者{rel}{NAME},诉患者恢复良好.
{NAME}今晨诉<symptom>,予对症处理后缓解.
{NAME},{sex},{AGE},<symptom><n>天.
{NAME}因<symptom>于{DATE}来我院就诊.
{NAME}的血压控制欠佳,建议调整用药.
{NAME}家属要求出院,已告知风险.
通知{NAME}明日空腹抽血.
告知{NAME}及其{rel}{NAME}手术风险,两人均表示理解.
转运途中由{NAME}、{NAME}两名护士陪同.
参加人员:{NAME}、{NAME}、{NAME}、{NAME}
讨论:{NAME}主治医师:患者<symptom>反复,考虑<symptom>可能.{NAME}主任医师:同意上述意见.
患者{NAME}之{rel}{NAME}来院咨询.
送检医师{NAME},送检单位{ORG}.
患者既往在{ORG}行<exam>,{NAME}医生主刀.
患者曾就诊于{ORG},予<drug>口服,效果不佳.
{DATE}由{ORG}转入我科.
邻居{NAME}发现患者倒地,呼叫急救.
患者自述与同事{NAME}饮酒后出现<symptom>.
司机{NAME}驾驶{PLATE}与其相撞.
会诊医师:{NAME}
医师签名:{NAME}
患者签名:{NAME} 日期:{DATE}
值班医生 {NAME} 已处理.
{DATE} {NAME}
上级医师{NAME}查看病人后指示:停用<drug>,复查<exam>.
遵{NAME}主任指示,予<drug>静滴.
与{NAME}沟通病情,其表示理解.
与患者{rel}{NAME}沟通后同意行<exam>.
患儿{NAME},{sex},{AGE},因<symptom>入院,母亲{NAME}陪护.
患儿家长{NAME}拒绝腰椎穿刺.
产妇{NAME}于{DATE}顺产一{sex}婴.
<dept>{NAME}会诊意见:考虑<symptom>,建议<exam>.
药师{NAME}审核处方,建议减量.
康复师{NAME}指导患者进行功能锻炼.
体检者{NAME},<exam>未见异常.
检验者:{NAME} 审核者:{NAME}
申请医生:{NAME} 采样时间:{DATE}
主诉:{NAME}之子诉其<symptom><n>天.
死者{NAME},{AGE},死亡时间{DATE}.
患者{MIN},{sex},{AGE},维吾尔族,因<symptom>入院.
患者{MIN}的{rel}{MIN}在旁陪护.
翻译{MIN}协助问诊.
Patient {PY}, {sex}, presented with <n> days of fever.
Attending physician: {PY}
{PY}, 35 y, seen in clinic.
患者{PY}(外籍)因<symptom>就诊.
收治患者{NAME},诊断<symptom>.
抢救{NAME}成功,家属致谢.
{NAME}同志因<symptom>请假<n>天.
{NAME}先生/女士:您的<exam>结果已出.
{NAME}女士,您预约的<exam>安排在{DATE}.
致{NAME}家属:请及时缴费.
病区{NAME}、{NAME}床旁交接.
复诊患者{NAME},服<drug><n>月,症状减轻.
{NAME}诉切口疼痛,予<drug>后好转.
带教老师{NAME},实习生{NAME}.
经管医师{NAME}向患者交代病情.
死亡讨论由{NAME}主持,{NAME}记录.
<symptom>,<symptom>,查<exam>示<lab>,予<drug><dose>.
双肺呼吸音清,未闻及干湿啰音,心率<n>次/分,律齐,各瓣膜听诊区未闻及杂音.
腹平软,无压痛反跳痛,肝脾肋下未及,移动性浊音阴性.
神志清楚,精神可,饮食睡眠正常,大小便正常,体重无明显变化.
既往高血压病史<n>年,最高180/110mmHg,规律服用<drug>,血压控制可.
否认肝炎、结核等传染病史,否认手术外伤史,否认药物食物过敏史.
白细胞<lab>,血红蛋白<lab>,血小板<lab>,谷丙转氨酶<lab>.
胸部CT示左肺下叶结节,大小约<n>mm,边界清楚,建议复查.
超声:肝脏大小正常,包膜光滑,实质回声均匀,胆囊壁毛糙.
予<drug><dose>静滴,每日两次,继续观察病情变化.
生于原籍,久居当地,无疫区接触史,无烟酒嗜好.
病理:送检组织镜下见腺体结构紊乱,细胞异型明显,符合腺癌.
手术经过:全麻成功后取平卧位,常规消毒铺巾,取右下腹麦氏切口,逐层进腹.
目前诊断:1.高血压病3级 很高危 2.2型糖尿病 3.冠心病 心功能II级.
左室壁运动未见异常,房间隔连续完整,各瓣膜形态及开放正常.
<word><word>,<word><word><word>,予以<word>治疗.
<word><word><word>后<word>,<word>.
患者<word><word>,<word>明显,<word><word>.
医生<word>后<word>,护士<word><word>.
家属<word><word>,表示<word>.
主任<word><word><word>.
今日<word>,<word><word>,<word>.
<word>和<word>,<word>、<word>、<word>.
{NAME}<word><word>,<word>.
<word>,{NAME}<word><word>.
<word><word>{NAME}<word>.
患者{NAME}<word><word><word>.
家属{NAME}<word>,<word>.
医生{NAME}<word><word>.
<word>{NAME}医生<word>.
<word>由{NAME}<word>.
<word>、{NAME}、{NAME}<word>.
<role>{NAME}<word><word>.
<role>{NAME},<word><word>.
<role>:{NAME}
<role>: {NAME} <role>: {NAME}
<role>{NAME}(<word><n>)<word>.
<role><word><word>,<word>.
<role><word><word><word>.
<role><word>.
<word>:{NAME}
<word>: {NAME}  <word>:<word>
<word>员 {NAME}.
{NAME}({sex},{AGE})<word><word>.
{NAME}(床号<n>)<word><word>,<word>.
<word>,{NAME}(<word>)<word>.
{NAME} {sex} {AGE} <dept>
{NAME} {DATE}
{NAME},{AGE},<word><word>.
{NAME},{sex},<word>.
<word><word>
{NAME} {sex} {AGE}
<word>
{NAME}<word><word>,<word>.
<word>.{NAME}主治医师汇报:<word>.
<word>.{NAME}主任指示<word>.
<word>、{NAME}护士长等.
{DATE} {NAME}主任医师查房:<word>.
<word>贵科{NAME}副主任医师<word>.
<word>{NAME}教授<word>.
<word>{NAME}护士<word>.
其{rel}{NAME}<word><word>.
患者{rel}{NAME}<word>.
{rel}{NAME}.
{rel}:{NAME} 电话{MOBILE}
患者及{rel}{NAME}
<word>及{NAME}<word>.
<word>与{NAME}<word>.
<word>给{NAME}<word>.
<word>向{NAME}<word>.
<word>请{NAME}<word>.
<word>让{NAME}<word>.
<word>对{NAME}<word>.
<word>是{NAME}<word>.
<word>为{NAME},<word>.
<word>叫{NAME},<word>.
<word>的{NAME}<word>.
<word>后{NAME}<word>.
<word>;{NAME}<word>;
/{NAME} <word>
{NAME}/{NAME}
{NAME}:<word><word>
"{NAME}",<word>
<word>[{NAME}]<word>
本人{NAME},<word><word>.
<role>向家属<word>.
<role>于<word>.
<role>安排<word>.
<role>予<word>,<role>已<word>.
<role>、<role><word>.
<word><n>,<word><n>次,<word>.
<lab><word>,<dose><word><word>.
<drug><dose>,<word><word>.
<symptom><word>,<exam><word>.`.split('\n');
