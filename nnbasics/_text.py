"""The two languages: which one is meant, and the Chinese for every English text that a person sees.

The English text is the key. Call `tr` with a literal, so that the test which looks for missing
translations can see it; numbers go in afterwards, by `.format`.
"""

from __future__ import annotations

import os
import sys

LANGUAGES = ("en", "zh")


def resolve_language(lang: str | None = None) -> str:
    """Return `"en"` or `"zh"`.

    Args:
        lang: The language, or None for the environment variable `NNBASICS_LANG`, else Chinese where the
            system's locale is Chinese, else English.

    Raises:
        ValueError: the language is neither `"en"` nor `"zh"`.
        TypeError: `lang` is not a string.
    """
    if lang is None:
        lang = os.environ.get("NNBASICS_LANG") or None
        if lang is None:
            return "zh" if _system_locale().lower().startswith(("zh", "chinese")) else "en"
        if lang not in LANGUAGES:
            raise ValueError(f"Unknown language {lang!r} in NNBASICS_LANG. Expected one of: {', '.join(LANGUAGES)}.")
        return lang
    if not isinstance(lang, str):
        raise TypeError(f"lang must be a str or None, got {lang!r} ({type(lang).__name__}).")
    if lang not in LANGUAGES:
        raise ValueError(f"Unknown language {lang!r}. Expected one of: {', '.join(LANGUAGES)}.")
    return lang


def _system_locale() -> str:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return value
    if sys.platform in ("win32", "darwin"):  # there the variables are usually unset
        import locale

        return locale.getlocale()[0] or ""
    return ""


def tr(text: str, lang: str) -> str:
    """The text in the language `lang`, which must be resolved already."""
    return ZH[text] if lang == "zh" else text


ZH: dict[str, str] = {
    # cli.py
    "The figures of an introduction to neural networks, drawn from live torch objects.": (
        "一篇神经网络入门文章的全部插图，由真实的 torch 对象现算现画。"
    ),
    "Exit status: 0 done, 2 wrong usage, 1 anything else that went wrong.": (
        "退出状态：0 完成，2 用法有误，1 其他错误。"
    ),
    "draw the article's figures": "绘制文章的插图",
    "Draw the article's figures and print each path that was written.": "绘制文章的插图，并打印写好的每个文件的路径。",
    "which figures (default: all of them)": "要画哪些图（默认：全部）",
    "list the figures and draw nothing": "只列出插图，不绘制",
    "with --list: as JSON": "与 --list 连用：输出 JSON",
    "language of the texts; all draws both into DIR/en and DIR/zh (default: the system's)": (
        "图中文字的语言；all 表示两种都画，分别放进 DIR/en 和 DIR/zh（默认：跟随系统）"
    ),
    "file format (default: png)": "文件格式（默认：png）",
    "where the files go (default: figures)": "输出目录（默认：figures）",
    "where torch computes (default: auto: cuda, else mps, else cpu)": (
        "torch 在哪里计算（默认 auto：依次取 cuda、mps、cpu）"
    ),
    "dots per inch of a png, {low} to {high} (default: 150)": "png 的分辨率，{low} 到 {high}（默认：150）",
    "show versions, device, fonts and language": "显示版本、设备、字体和语言",
    "as JSON": "输出 JSON",
    "execute and judge the article's statements": "执行并评判文章中的论断",
    "Execute every statement of the article and judge it, with the numbers that decide.": (
        "执行文章中的每一条论断并作出评判，附上作为依据的数字。"
    ),
    "only this section of the article": "只看文章的这一节",
    "only this verdict: holds, 'holds if' or wrong": "只看这种结论：holds、'holds if' 或 wrong",
    "language of the texts (default: the system's)": "文字的语言（默认：跟随系统）",
    "what is drawn from (default: 0)": "随机种子（默认：0）",
    "write a page of Markdown instead": "改为写成一页 Markdown",
    # article/report.py
    "The neuron": "神经元",
    "Structure": "网络结构",
    "Forward propagation": "前向传播",
    "Activations": "激活函数",
    "Initialization": "参数初始化",
    "The three-layer model": "三层模型",
    "Losses": "损失函数",
    "Optimizers and schedules": "优化器与学习率调度",
    "Summary": "总结",
    "holds": "成立",
    "holds if": "有条件成立",
    "wrong": "不成立",
    "{n} statements: {holds} hold, {ifs} hold under a condition, {wrong} are wrong.": (
        "共 {n} 条论断：{holds} 条成立，{ifs} 条有条件成立，{wrong} 条不成立。"
    ),
    "measured: ": "实测：",
    "condition: ": "条件：",
    "instead: ": "更正：",
    "source: ": "出处：",
    " (source: {source})": "（出处：{source}）",
    "The ledger": "论断账本",
    "Every statement of the article that can be true or false, executed and judged. This page is written by "
    "`make claims`; `{command}` measures it all again.": (
        "文章中每一条可以判断真假的论断，都经过执行和评判。本页由 `make claims` 写成；`{command}` 会重新测量一遍。"
    ),
    "verdict": "结论",
    "statement": "论断",
    "measured": "实测",
    "condition or correction": "条件或更正",
    "a time, which differs from run to run": "耗时，每次运行略有不同",
    # model.py
    "total": "合计",
    # softmax_guard.py
    "{model} ends in a softmax, and cross-entropy takes another one: train on logits "
    '(leave the last softmax out; ThreeLayerNet(output="logits")), and take the softmax for predictions only.': (
        "{model} 的末尾已经是 softmax，而 cross-entropy 损失内部还会再做一次：请用 logits 训练"
        '（去掉最后的 softmax，例如 ThreeLayerNet(output="logits")），只在预测时再取 softmax。'
    ),
    # losses.py
    "prediction": "预测值",
    "target": "真实值",
    "value": "数值",
    "numbers": "任意实数",
    "probabilities": "概率",
    "log-probabilities": "对数概率",
    "logits": "logits",
    "class indices": "类别索引",
    "norm {norm:.4f}": "范数 {norm:.4f}",
    # broadcasting.py
    "Rule 1: {shape} has fewer dimensions than {rank}, so it gets 1s on its left: {padded}.": (
        "规则 1：{shape} 的维数不足 {rank}，在左侧补 1，变成 {padded}。"
    ),
    "Rule 1: no shape has fewer dimensions than another, so nothing is added.": (
        "规则 1：各个形状的维数都相同，不需要补 1。"
    ),
    "Rule 2: in dimension {dim}, {shape} has size 1, which is repeated to {size}.": (
        "规则 2：{shape} 在维度 {dim} 上的大小是 1，重复扩展到 {size}。"
    ),
    "Rule 2: no size 1 stands beside one other size, so nothing is repeated.": (
        "规则 2：没有哪个维度能把大小 1 扩展成唯一的另一个大小，不需要重复。"
    ),
    "Rule 3: in dimension {dim} the sizes {sizes} differ and none of them is 1, so they are refused.": (
        "规则 3：维度 {dim} 上的大小 {sizes} 互不相等，又都不是 1，因此拒绝广播。"
    ),
    "Rule 3: no dimension is left with two sizes, so the result has shape {shape}.": (
        "规则 3：没有哪个维度还留有两种大小，结果的形状是 {shape}。"
    ),
    ", ": "、",
    # article/figures.py: captions
    "Biological neuron": "生物神经元",
    "Artificial neuron": "人工神经元",
    "Neural network": "神经网络",
    "Sigmoid and its derivative": "Sigmoid 及其导数",
    "Tanh and its derivative": "Tanh 及其导数",
    "ReLU and its derivative": "ReLU 及其导数",
    "Broadcasting": "广播机制",
    "MAE and its gradient": "MAE 及其梯度",
    "MSE and its gradient": "MSE 及其梯度",
    "Smooth L1 and its gradient": "Smooth L1 及其梯度",
    "Gradient descent": "梯度下降",
    "Momentum": "动量法",
    "Learning-rate schedules": "学习率调度",
    # plotting/biology.py
    "direction of the signal": "信号方向",
    "dendrites": "树突",
    "inputs $x_1 ... x_n$": "输入 $x_1 ... x_n$",
    "cell body": "细胞体",
    "sum $z$, activation $f$": "求和 $z$、激活 $f$",
    "axon": "轴突",
    "axon terminals": "轴突末梢",
    "output $a$": "输出 $a$",
    "next neurons' inputs": "后续神经元的输入",
    # plotting/network.py
    "inputs": "输入",
    "weighted sum": "加权和",
    "activation": "激活函数",
    "output": "输出",
    "bias": "偏置",
    "input layer": "输入层",
    "hidden layer": "隐藏层",
    "hidden layer {n}": "隐藏层 {n}",
    "output layer": "输出层",
    "{n} units": "{n} 个节点",
    # plotting/broadcasting.py
    "used as it is": "保持原样",
    "cell by cell": "逐个元素相加",
    # plotting/functions.py
    "derivative": "导数",
    "gradient": "梯度",
    "input x": "输入 x",
    "output f(x)": "输出 f(x)",
    "output f(x) and derivative f'(x)": "输出 f(x) 与导数 f'(x)",
    "error = prediction − target": "误差 = 预测值 − 真实值",
    "prediction (target {target:g})": "预测值（真实值为 {target:g}）",
    "loss": "损失",
    "loss and gradient": "损失与梯度",
    # plotting/paths.py
    "parameter $w_1$": "参数 $w_1$",
    "parameter $w_2$": "参数 $w_2$",
    "epoch": "训练轮次 epoch",
    "learning rate $\\eta$": "学习率 $\\eta$",
    # article/neurons.py
    "A neuron gathers signals, sums them up, and passes one signal on": "神经元收集各路信号，汇总之后向外传出一路信号",
    "The same idea in numbers: weigh the inputs, add them up, then apply f": (
        "换成数字来看：输入加权、求和，再经过激活函数 f"
    ),
    "Every unit feeds every unit of the next layer, and none of its own: {n} parameters": (
        "相邻两层两两相连，同层之间互不相连：共 {n} 个参数"
    ),
    "solid blue: positive weight    dashed orange: negative    wider: larger in its layer": (
        "蓝色实线：权重为正    橙色虚线：权重为负    同一层中线越粗，绝对值越大"
    ),
    # article/curves.py
    "saturated:\nslope below\n{slope}": "饱和区：\n斜率低于\n{slope}",
    "steepest at {x}: slope {peak}": "在 {x} 处最陡：斜率 {peak}",
    "at {x}: {value}": "x = {x} 时为 {value}",
    "Sigmoid's slope is at most {peak}, and close to 0 beyond ±{edge}": (
        "Sigmoid 的斜率最大只有 {peak}，超出 ±{edge} 后几乎为 0"
    ),
    "slope at 0: {slope}": "在 0 处的斜率：{slope}",
    "tanh(0) = {value}": "tanh(0) = {value}",
    "at {x} the slope is down to {slope}": "x = {x} 时斜率已降到 {slope}",
    "Tanh is centred on 0, and its slope there is {ratio} times sigmoid's": (
        "Tanh 以 0 为中心，在 0 处的斜率是 Sigmoid 的 {ratio} 倍"
    ),
    "dead half: output {value}, slope {slope},\nso no gradient flows back": (
        "死区：输出 {value}，斜率 {slope}，\n梯度传不回去"
    ),
    "slope {slope}, however large the input": "输入再大，斜率都是 {slope}",
    "torch's slope at 0: {slope}": "torch 规定 0 处的斜率：{slope}",
    "ReLU passes positive inputs on unchanged, and blocks negative ones": "ReLU 让正数原样通过，把负数全部挡住",
    "○ the article's example\npredictions {pred}\ntargets {target}\nmean loss {loss:.4f}": (
        "○ 文中的例子\n预测值 {pred}\n真实值 {target}\n平均损失 {loss:.4f}"
    ),
    "gradient {slope},\nhowever large the error": "误差再大，\n梯度都是 {slope}",
    "torch's gradient at 0: {slope}": "torch 规定 0 处的梯度：{slope}",
    "MAE pulls equally hard on every error, small or large": "MAE 对大小误差一视同仁，拉力相同",
    "error {error}: loss {loss}, gradient {slope}": "误差 {error}：损失 {loss}，梯度 {slope}",
    "MSE: twice the error gives {ratio} times the loss, so outliers dominate": (
        "MSE：误差变为 2 倍，损失变为 {ratio} 倍，离群点因此占主导"
    ),
    "like MSE:\n$e^2/2\\beta$": "像 MSE：\n$e^2/2\\beta$",
    "like MAE:\n$|e| - \\beta/2$": "像 MAE：\n$|e| - \\beta/2$",
    "joint at β = {beta}:\nloss {loss}, gradient {slope}": "分界点 β = {beta}：\n损失 {loss}，梯度 {slope}",
    "Smooth L1 is gentle near 0 like MSE, and bounded in its pull like MAE": (
        "Smooth L1：0 附近像 MSE 一样平缓，远处像 MAE 一样拉力有限"
    ),
    # article/shapes.py
    "Broadcasting lines shapes up from the right, then repeats what has size 1": (
        "广播：形状从右端对齐，大小为 1 的维度重复到一致"
    ),
    # article/descent.py
    "too small: it crawls": "太小：挪得很慢",
    "about right: it arrives": "合适：顺利到达",
    "too large: it climbs out": "太大：越走越高",
    "loss {start} → {end}": "损失 {start} → {end}",
    "parameter $w$": "参数 $w$",
    "The same start and {n} steps downhill: the learning rate $\\eta$ decides": (
        "起点相同，都走 {n} 步：成败取决于学习率 $\\eta$"
    ),
    "plain": "普通 SGD",
    "the first {n} steps": "前 {n} 步",
    "momentum {beta:.2f}": "动量 {beta:.2f}",
    "step": "步数",
    "loss, as a share of the first": "损失（与初始值之比）",
    "Momentum swings wider at first, yet gets to a thousandth of the loss in {fast} steps;\n"
    "plain descent takes {slow}. Each runs at the rate that theory calls fastest": (
        "动量法起初摆动更大，却只用 {fast} 步就把损失降到千分之一；\n"
        "普通梯度下降要 {slow} 步。两者都用理论上最快的学习率"
    ),
    "Three ways to lower the learning rate while training goes on": "训练过程中降低学习率的三种方式",
}
"""English -> Chinese."""
