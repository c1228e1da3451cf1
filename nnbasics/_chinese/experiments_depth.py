"""Chinese for the experiments on initialization and depth."""

ZH: dict[str, str] = {
    # linear-collapse
    "What does depth bring without an activation?": "没有激活函数，加深网络有用吗？",
    "Without an activation, many linear layers do no better than a single one; with ReLU they do": (
        "没有激活函数时，再多的线性层也不比一层强；加上 ReLU 才有用"
    ),
    "nothing between\nthe layers": "层间没有\n激活函数",
    "ReLU between\nthe layers": "层间有\nReLU",
    "theory: the best single layer, {floor:.4f}": "理论：单个线性层的最优值 {floor:.4f}",
    "depth: number of linear layers": "深度：线性层的层数",
    "Without an activation, {depth:.0f} linear layers do no better than a single one\n"
    "Right on test data: {linear:.0%} without an activation, {relu:.0%} with ReLU": (
        "没有激活函数时，{depth:.0f} 个线性层也不比一层强\n"
        "测试集正确率：没有激活函数为 {linear:.0%}，有 ReLU 为 {relu:.0%}"
    ),
    # decision-boundary
    "How do hidden units bend the boundary between two classes?": "隐藏单元怎样使两类之间的边界弯曲？",
    "Without a hidden layer the boundary is straight; more hidden units bend it more": (
        "没有隐藏层时边界是直线；隐藏单元越多，边界越能弯曲"
    ),
    "input $x_1$": "输入 $x_1$",
    "input $x_2$": "输入 $x_2$",
    "moons": "双月",
    "circles": "同心圆",
    "spirals": "双螺旋",
    "data": "数据",
    "{n} hidden units": "{n} 个隐藏单元",
    "no hidden layer": "没有隐藏层",
    "line: the model of median loss    shading: the {n} seeds' votes    %: right on test data (range)": (
        "线：损失居中的模型    底色：{n} 个种子的投票    百分数：测试集正确率（范围）"
    ),
    # symmetry
    "What becomes of hidden units that start with equal weights?": "初始权重相同的隐藏单元，训练后会怎样？",
    "Hidden units that start alike stay alike, and together do the work of a single one": (
        "起点相同的隐藏单元始终相同，合起来只顶一个用"
    ),
    "largest distance of two hidden units": "两个隐藏单元的最大距离",
    "all zeros": "全为 0",
    "all ones": "全为 1",
    "random start": "随机初始化",
    "a single unit": "只有一个单元",
    "{start}: {loss:.2f}": "{start}：{loss:.2f}",
    "all zeros, all ones:\n0, as theory has it": "全为 0、全为 1：\n距离为 0，与理论一致",
    "Hidden units that start alike stay alike: {hidden} of them do the work of one": (
        "起点相同的隐藏单元始终相同：{hidden} 个只顶一个用"
    ),
    # gallery/_depth.py
    "large: N(0, 1)": "大：N(0, 1)",
    "torch's default": "torch 默认",
    "small: N(0, 0.01²)": "小：N(0, 0.01²)",
    "{band}    dashed: theory": "{band}    虚线：理论值",
    "{law} keeps {share:.2g}": "{law} 保留 {share:.2g}",
    # signal-by-depth
    "What is left of the signal after many layers?": "信号穿过许多层之后，还剩下多少？",
    "Small weights let the signal die out, large ones make it explode; Kaiming's law keeps ReLU's": (
        "权重太小，信号逐层消失；权重太大，信号逐层爆炸；Kaiming 初始化能保住 ReLU 的信号"
    ),
    "layer $l$": "第 $l$ 层",
    "signal: root mean square of $z$": "信号：$z$ 的均方根",
    "Small weights: the signal dies out. Large ones: ReLU's explodes, tanh's saturates": (
        "权重太小，信号逐层消失；权重太大，ReLU 的信号爆炸，tanh 则饱和"
    ),
    # gradient-by-depth
    "What is left of the gradient on its way back through many layers?": "梯度往回穿过许多层之后，还剩下多少？",
    "Sigmoid's gradient dies out on its way back, tanh's hardly by Xavier's law, ReLU's not by Kaiming's": (
        "往回传时，sigmoid 的梯度逐层消失；tanh 配 Xavier 减小得很慢，ReLU 配 Kaiming 基本不变"
    ),
    "layer $l$, from the last back": "第 $l$ 层（从后往前）",
    "root mean square of dL/d$z$": "dL/d$z$ 的均方根",
    "Xavier: sigmoid loses the gradient, tanh hardly. ReLU needs Kaiming's law": (
        "配 Xavier，sigmoid 的梯度消失，tanh 几乎不会；ReLU 要配 Kaiming"
    ),
}
