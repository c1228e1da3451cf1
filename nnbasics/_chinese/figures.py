"""Chinese for the plots and the article's figures."""

ZH: dict[str, str] = {
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
    # plotting/bands.py
    "line: median of {n} seeds    band: the middle 80 %": "线：{n} 个随机种子的中位数    带：居中的 80 %",
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
